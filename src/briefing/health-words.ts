/** Health is nobody's business here: words that tell of it. */
const HEALTH = /体調|病気|病院|風邪|発熱|熱が|コロナ|インフルエンザ|入院|診断|怪我|ケガ|けが|障害/;

/** Whether a text tells of somebody's health, which is neither asked for nor kept. */
export function speaksOfHealth(text: string): boolean {
  return HEALTH.test(text.normalize('NFKC'));
}
