import type { RosterCounts } from '../briefing/roster-plan.ts';

/** Problems that the API names, with status and a title for the person in front of the screen. */
const CATALOGUE = {
  invalid_request: { status: 400, title: 'リクエストの内容に誤りがあります' },
  invalid_cursor: { status: 400, title: 'ページの続きを示す値が正しくありません' },
  unauthorized: { status: 401, title: '有効な API キーが必要です' },
  forbidden: { status: 403, title: 'この API キーでは許可されていない操作です' },
  not_found: { status: 404, title: '見つかりません' },
  request_timeout: { status: 408, title: 'リクエストの受信に時間がかかりすぎました' },
  conflict: { status: 409, title: '現在の内容と矛盾するため実行できません' },
  exists: { status: 409, title: 'すでに登録されています' },
  slot_full: { status: 409, title: 'この日程枠は満席です' },
  illegal_change: { status: 409, title: '現在の状況からはこの変更ができません' },
  plan_changed: {
    status: 409,
    title: '試しの取り込み (dry_run) のときから内容が変わりました。もう一度試してから取り込んでください',
  },
  in_progress: { status: 409, title: '同じ Idempotency-Key のリクエストを処理中です' },
  precondition_failed: { status: 412, title: 'ほかの人が先に変更しました。読み直してからやり直してください' },
  too_large: { status: 413, title: '送られたデータが大きすぎます' },
  uri_too_long: { status: 414, title: 'URL が長すぎます' },
  unsupported_media_type: { status: 415, title: 'この形式のデータは受け取れません' },
  key_reused: { status: 422, title: '同じ Idempotency-Key が別の内容で使われています' },
  roster_refused: { status: 422, title: '名簿に取り込めない行があります。何も保存していません' },
  unmappable: { status: 422, title: 'CP932 で表せない文字があります' },
  too_many_attempts: { status: 429, title: '誤った API キーが続いたため、しばらく受け付けません' },
  internal: { status: 500, title: 'サーバー内部でエラーが発生しました' },
  unavailable: { status: 503, title: 'ただいま処理できません。少し待ってやり直してください' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Codes of the catalogue. */
export type ProblemCode = keyof typeof CATALOGUE;

/** All of them. */
export const PROBLEM_CODES = Object.keys(CATALOGUE) as readonly ProblemCode[];

/** What a program may want to know beside the code. */
export interface ProblemMembers {
  readonly reason?: string;
  readonly status_now?: string;
  readonly registration_id?: string;
  readonly version?: number;
  readonly field?: string;
  readonly taken?: number;
  readonly plan_id?: string;
  readonly counts?: RosterCounts;
  readonly refused?: readonly { readonly line: number; readonly reason: string }[];
  readonly characters?: readonly string[];
}

/** What a problem says beside its title; never personal data. */
export interface ProblemExtras {
  /** English, for who writes the client. */
  readonly detail?: string;
  /** Where in the request, as a JSON pointer below its part, and what is wrong there. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** Further members, such as the `reason` of an illegal change; ProblemSchema names them. */
  readonly more?: ProblemMembers;
  readonly retryAfterSeconds?: number;
}

/** Ends a request of the API with an answer of RFC 9457. What its transaction did is rolled back. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    super(extras.detail ?? code);
    this.code = code;
    this.statusCode = CATALOGUE[code].status;
    this.extras = extras;
  }

  /** The body of the answer. */
  body(): Readonly<Record<string, unknown>> {
    const { detail, errors, more = {} } = this.extras;
    const { status, title } = CATALOGUE[this.code];
    return {
      type: `urn:denwaban:problem:${this.code}`,
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
      code: this.code,
      ...(errors === undefined ? {} : { errors }),
      ...more,
    };
  }
}

/** The media type of problems. */
export const PROBLEM_TYPE = 'application/problem+json';

/** The problem that stands for a status which somebody else chose. */
export function problemOfStatus(status: number, detail?: string): ApiProblem {
  const found = Object.entries(CATALOGUE).find(([, entry]) => entry.status === status);
  const code = found === undefined ? (status < 500 ? 'invalid_request' : 'internal') : found[0];
  return new ApiProblem(code as ProblemCode, detail === undefined ? {} : { detail });
}
