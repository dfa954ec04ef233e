import type { Model } from '../types.ts';
import { verbatim } from './verbatim.ts';

export const standInModel: Model = async (turn) => {
  const words = verbatim(turn.request?.['instructions']);
  return [{ say: words ?? 'はい、お電話ありがとうございます。' }];
};
