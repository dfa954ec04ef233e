import { dateWeekday, wrongWeekday } from './dates.ts';
import { doubleHonorific, phoneManner } from './honorifics.ts';
import { weakIdentity } from './identity.ts';
import { unknownKey } from './keys.ts';
import { healthQuestion, reproach } from './kindness.ts';
import { idleLimit } from './limits.ts';
import { longInstructions, longSentence } from './lengths.ts';
import { noticeContent, noticeMissing, noticeUnsealed, noticeVersion } from './notice.ts';
import { personalData } from './privacy.ts';
import { promise } from './promises.ts';
import { severalQuestions } from './questions.ts';
import { abbreviations, dayReading, fullWidth, symbols, twoReadings } from './readings.ts';
import type { Rule } from './rule.ts';
import { farewellMarker, japanese, placeholder, shape, speechForm } from './shape.ts';
import { forbiddenTool, toolSet, transferTool, unknownTool, unusedTool } from './tools.ts';

/** Every rule, in the order of the table in docs/scenarios.md. */
export const RULES: readonly Rule[] = [
  shape,
  placeholder,
  speechForm,
  farewellMarker,
  japanese,
  noticeMissing,
  noticeContent,
  noticeVersion,
  noticeUnsealed,
  weakIdentity,
  unknownTool,
  forbiddenTool,
  unusedTool,
  toolSet,
  transferTool,
  idleLimit,
  longSentence,
  longInstructions,
  severalQuestions,
  doubleHonorific,
  phoneManner,
  reproach,
  healthQuestion,
  promise,
  unknownKey,
  dateWeekday,
  wrongWeekday,
  dayReading,
  twoReadings,
  fullWidth,
  symbols,
  abbreviations,
  personalData,
];
