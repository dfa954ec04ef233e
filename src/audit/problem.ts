/** What a verification found. */
export interface AuditProblem {
  readonly code: AuditProblemCode;
  /** Chain, anchor or change that it is about. */
  readonly where: string;
  /** Row of the chain, or null. */
  readonly sequence: number | null;
}

/** Everything that can be wrong, as it is said to whoever verifies. */
export const AUDIT_PROBLEMS = {
  edited: '書き換えられた行 / the row was edited',
  deleted: '削除された行 / the row was deleted',
  cut_off: '末尾が切り取られた / the end was cut off from this row on',
  reordered: '順序が変えられた行 / the row stood elsewhere in its chain',
  inserted: '挿入された行 / the row was inserted',
  moved: '別の連鎖から移された行 / the row belongs to another chain',
  seal_missing: '封印がない / the call is over and its chain has no seal',
  chain_missing: '連鎖がない / the whole chain is gone',
  head_edited: '連鎖の見出しが書き換えられた / the head of the chain was edited',
  head_missing: '連鎖の見出しがない / the head of the chain was deleted',
  key_unknown: '鍵が違う / signed with a key that is not given; set AUDIT_KEY as the service has it',
  anchored_lost: '外部記録にある行がない / an anchor proves a row that is not there or is another',
  anchor_edited: '外部記録が書き換えられた / the anchor was edited',
  anchor_missing: '外部記録がない / the anchor is in the database and not in the file',
  anchor_deleted: '外部記録がデータベースにない / the anchor is in the file and not in the database',
  change_unaudited: '監査記録のない変更 / the change of attendance has no row in the audit',
  change_edited: '変更の履歴が書き換えられた / the history of the registration was edited',
  call_edited: '通話の記録が書き換えられた / the stored call differs from its audit',
} as const;

/** Codes of AUDIT_PROBLEMS. */
export type AuditProblemCode = keyof typeof AUDIT_PROBLEMS;
