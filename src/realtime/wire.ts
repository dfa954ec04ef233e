/**
 * OpenAI's own types are the truth of the wire. They are a development dependency: only types are imported,
 * nothing of the package is loaded at run time.
 */
export type {
  RealtimeServerEvent,
  RealtimeClientEvent,
  RealtimeSessionCreateRequest,
  RealtimeResponse,
  RealtimeResponseUsage,
  ConversationItem,
  RealtimeError,
} from 'openai/resources/realtime/realtime';
export type { CallAcceptParams, CallRejectParams, CallReferParams } from 'openai/resources/realtime/calls';
export type {
  UnwrapWebhookEvent,
  RealtimeCallIncomingWebhookEvent,
} from 'openai/resources/webhooks/webhooks';
