/** How long everything is kept. Days are days in Japan: what begins on day D and is kept N days goes when D+N is over. */
export interface RetentionPeriods {
  /** Words, tool arguments and numbers of a call, after the briefing it was about, else after the call. */
  readonly callDays: number;
  /** Messages and leads taken, after they were taken. */
  readonly messageDays: number;
  /** Messages and webhooks sent, after they were made. */
  readonly outboundDays: number;
  /** Ids of deliveries, events that were passed on, answers kept for repeated requests. */
  readonly technicalDays: number;
  /** Tries of identity per number. */
  readonly counterDays: number;
  /** What is not personal: times, reason, cost and notice of a call; reports. */
  readonly recordDays: number;
  /** Last day of the hiring year, `MM-DD`. */
  readonly hiringYearEnd: string;
  /** A briefing so many days before that day, or fewer, belongs to the next hiring year. */
  readonly hiringYearLeadDays: number;
  /** Hiring years that people are kept beyond their own. */
  readonly hiringYearsMore: number;
}
