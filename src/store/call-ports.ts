/** A call as the store knows it: how it rang, who owns it, how it ended. Instants are ms since the Unix epoch. */

/** Life of a call. `rejected`, `missed`, `failed` and `ended` are final. */
export type CallState =
  | 'claimed'
  | 'accepting'
  | 'accepted'
  | 'live'
  | 'ending'
  | 'ended'
  | 'rejected'
  | 'missed'
  | 'failed';

/** Why a call reached a final state: exactly one per call. */
export type EndReason =
  | 'completed'
  | 'caller_hangup'
  | 'caller_silent'
  | 'max_duration'
  | 'transferred'
  | 'policy_refused'
  | 'stale'
  | 'caller_left_before_accept'
  | 'accept_refused'
  | 'accept_unauthorised'
  | 'accept_rate_limited'
  | 'accept_timeout'
  | 'accept_unproven'
  | 'model_unresponsive'
  | 'session_expired'
  | 'sideband_lost'
  | 'protocol_abuse'
  | 'process_lost'
  | 'drain_deadline'
  | 'ended_by_team'
  | 'internal_error';

/** Who is answerable for the end. */
export type EndParty = 'caller' | 'agent' | 'team' | 'openai' | 'denwaban';

/** Whether the caller heard the greeting with its notices to the end. */
export type NoticeProof = 'pending' | 'played' | 'cut' | 'not_played' | 'unproven';

/** Most calls over all nodes. 0: no limit. */
export interface SeatLimits {
  /** At once. */
  readonly fleet: number;
  /** At once to one dialled number. */
  readonly perNumber: number;
  /** At once from one calling number. */
  readonly perCaller: number;
  /** Within an hour from one calling number; those that were refused do not count. */
  readonly perCallerAndHour: number;
}

/** Why a call got no place among those of all nodes. */
export type SeatRefusal = 'too_many_calls' | 'caller_busy' | 'number_full' | 'fleet_full';

/** What is stored of a ringing call, in one statement. */
export interface ClaimInput {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** created_at of the event. */
  readonly eventCreatedAt: number;
  readonly callId: string;
  /** SIP Call-ID header: the same INVITE may arrive as several events with different call ids. */
  readonly sipCallId: string | null;
  /** E.164, or null when withheld or unreadable. */
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  /** E.164 of the number that was dialled, or null when the trunk did not say. */
  readonly dialledNumber: string | null;
  /** Carrier's own id of the call, for example X-Twilio-CallSid. */
  readonly carrierCallId: string | null;
  readonly scenario: string;
  /** Version hash of the scenario. */
  readonly scenarioVersion: string;
  /** Id of the node that claims. */
  readonly node: string;
  /** The claim lapses after this many ms, and the sweeper may take it. */
  readonly leaseMs: number;
  /** `claimed`, or a final state at once (a stale event: `missed`). */
  readonly state: 'claimed' | 'missed';
  readonly endReason: EndReason | null;
  /** Limits that the call has to find a place within. Absent: it takes one in any case. */
  readonly limits?: SeatLimits;
  /** The call is refused, whoever else calls: it takes no place. */
  readonly refused?: boolean;
}

/** `claimed`: this node owns the call now. `duplicate`: this delivery, call id or SIP Call-ID is known. */
export type ClaimResult =
  | {
      readonly outcome: 'claimed';
      readonly epoch: number;
      /** Set when the limits left no place: the call is to be refused. */
      readonly refusal?: SeatRefusal;
    }
  | { readonly outcome: 'duplicate' };

/** Fields that a transition may set beside the state. Absent keys stay as they are. */
export interface CallFields {
  readonly acceptedAt?: number;
  readonly liveAt?: number;
  readonly noticeProof?: NoticeProof;
  readonly noticePlayedAt?: number;
  readonly noticeVersion?: string;
}

/** What is stored once when a call reaches a final state. */
export interface CallEnd {
  readonly state: 'ended' | 'rejected' | 'missed' | 'failed';
  readonly reason: EndReason;
  readonly party: EndParty;
  /** SIP status of a rejection, or a short detail code; no personal data. */
  readonly detail: string | null;
  readonly endedAt: number;
}

export interface CallRecord {
  readonly callId: string;
  readonly state: CallState;
  readonly epoch: number;
  readonly node: string;
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  readonly dialledNumber: string | null;
  readonly sipCallId: string | null;
  readonly carrierCallId: string | null;
  readonly scenario: string;
  readonly scenarioVersion: string;
  readonly eventCreatedAt: number;
  readonly claimedAt: number;
  readonly acceptedAt: number | null;
  readonly liveAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly endParty: EndParty | null;
  readonly endDetail: string | null;
  readonly noticeProof: NoticeProof;
  readonly noticePlayedAt: number | null;
  readonly noticeVersion: string | null;
  /** Sum of the call's usage rows, in US dollars; null when a model has no known price. */
  readonly costUsd: number | null;
  /** Why the call got no place among those of all nodes, `policy`: it was refused before it was asked; absent: it has one. */
  readonly seatRefusal?: SeatRefusal | 'policy';
}

/** A call and the epoch in which it is owned. */
export interface CallSeat {
  readonly callId: string;
  readonly epoch: number;
}

/** What a node tells the others with each renewal. */
export interface NodeStanding {
  /** Whether it stops: it is no peer of others then. */
  readonly draining: boolean;
  /** Whether it would answer one more call. */
  readonly room: boolean;
}

/** What a renewal of leases found. */
export interface Renewal {
  /** Calls that are still ours. */
  readonly ours: readonly string[];
  /** Other nodes that could take our calls: heard of lately, and not stopping. */
  readonly peers: number;
  /** Whether one of them has said a moment ago that it would answer one more call. */
  readonly roomElsewhere: boolean;
}

/** A call that was taken from a node that died, or that let go of it. */
export interface TakenCall extends CallRecord {
  readonly handedOver: boolean;
}
