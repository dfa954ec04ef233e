/** A refusal in the API's own words: the body of a REST error, or the content of an `error` event. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;

  constructor(
    status: number,
    code: string | null,
    message: string,
    more: { readonly type?: string; readonly param?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.type = more.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.param = more.param ?? null;
  }
}

/** The JSON body of a REST error. */
export function errorBody(error: ApiError): { error: Record<string, string | null> } {
  return { error: { message: error.message, type: error.type, code: error.code, param: error.param } };
}

export function unauthorised(): ApiError {
  return new ApiError(401, 'invalid_api_key', 'Incorrect API key provided.');
}

/** Never accepted, unknown, or over already: the API does not tell these apart. */
export function callNotFound(): ApiError {
  return new ApiError(404, 'call_id_not_found', 'No session found for the provided call_id.', {
    param: 'call_id',
  });
}

export function decisionAlreadyMade(): ApiError {
  return new ApiError(409, 'decision_already_made', 'The call has already been accepted or rejected.');
}

export function unknownParameter(param: string): ApiError {
  return new ApiError(400, 'unknown_parameter', `Unknown parameter: '${param}'.`, { param });
}

export function missingParameter(param: string): ApiError {
  return new ApiError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, {
    param,
  });
}

export function invalidValue(param: string, message: string): ApiError {
  return new ApiError(400, 'invalid_value', message, { param });
}

export function invalidType(param: string, expected: string, got: string): ApiError {
  const message = `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`;
  return new ApiError(400, 'invalid_type', message, { param });
}

export function itemNotFound(itemId: string): ApiError {
  return new ApiError(400, 'item_not_found', `Item with id '${itemId}' was not found.`, { param: 'item_id' });
}

export function alreadyActive(responseId: string): ApiError {
  return new ApiError(
    400,
    'conversation_already_has_active_response',
    `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`,
  );
}

export function bufferEmpty(): ApiError {
  return new ApiError(
    400,
    'input_audio_buffer_commit_empty',
    'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
  );
}
