/** What a column of a list may hold. */
export const FIELDS = [
  'name',
  'family',
  'given',
  'kana',
  'familyKana',
  'givenKana',
  'university',
  'faculty',
  'phone',
  'mobile',
  'email',
  'code',
  'externalId',
  'briefing',
  'slotId',
  'date',
  'start',
  'end',
  'place',
  'capacity',
  'online',
  'status',
  'actual',
] as const;

/** One of `FIELDS`. */
export type Field = (typeof FIELDS)[number];

/** Names of columns as people write them. Case, width, spaces and marks do not matter; see `headerKey`. */
const HEADERS: Readonly<Record<Field, readonly string[]>> = {
  name: ['氏名', '名前', 'お名前', '応募者名', '氏名(漢字)', 'name', 'full name'],
  family: ['姓', '苗字', '名字', '氏', '姓(漢字)', 'family name', 'last name', 'surname'],
  given: ['名', '名(漢字)', 'given name', 'first name'],
  kana: [
    'フリガナ',
    'ふりがな',
    '氏名(カナ)',
    '氏名カナ',
    '氏名(フリガナ)',
    '氏名フリガナ',
    'カナ氏名',
    'カナ',
    'かな',
    'kana',
    'name kana',
    'full name kana',
  ],
  familyKana: [
    'セイ',
    'せい',
    '姓カナ',
    '姓(カナ)',
    '姓(フリガナ)',
    '姓フリガナ',
    'family name kana',
    'last name kana',
  ],
  givenKana: [
    'メイ',
    'めい',
    '名カナ',
    '名(カナ)',
    '名(フリガナ)',
    '名フリガナ',
    'given name kana',
    'first name kana',
  ],
  university: ['大学', '大学名', '学校', '学校名', 'university', 'school'],
  faculty: ['学部', '学部名', '学部学科', '学部・学科', '研究科', 'faculty', 'department'],
  phone: [
    '電話番号',
    '電話',
    '連絡先電話番号',
    '自宅電話',
    '自宅電話番号',
    'tel',
    'phone',
    'phone number',
    'telephone',
  ],
  mobile: ['携帯', '携帯電話', '携帯番号', '携帯電話番号', 'mobile', 'mobile phone', 'cell phone'],
  email: ['メール', 'メールアドレス', 'eメール', 'e-mail', 'email', 'mail', 'mail address', 'email address'],
  code: [
    '受付番号',
    '予約番号',
    '受付コード',
    '予約コード',
    'reservation code',
    'reservation number',
    'code',
  ],
  externalId: [
    '応募者id',
    '応募者番号',
    '応募者コード',
    '学生id',
    '外部id',
    'applicant id',
    'external id',
    'id',
  ],
  briefing: ['説明会', '説明会名', 'イベント', 'イベント名', 'セミナー名', 'briefing', 'event'],
  slotId: ['日程id', 'slot id'],
  date: [
    '日程',
    '日時',
    '日付',
    '開催日',
    '開催日時',
    '参加日',
    '参加日時',
    '予約日時',
    'date',
    'slot',
    'date and time',
    'datetime',
  ],
  start: ['開始', '開始時刻', '開始時間', '開始日時', 'start', 'start time', 'starts at'],
  end: ['終了', '終了時刻', '終了時間', '終了日時', 'end', 'end time', 'ends at'],
  place: ['会場', '会場名', '場所', '開催場所', 'place', 'venue', 'location'],
  capacity: ['定員', '席数', '座席数', 'capacity', 'seats'],
  online: ['オンライン', '参加方法', '参加形式', '開催形式', '形式', 'online', 'mode'],
  status: ['状況', '出欠', '出欠状況', '出席状況', '出欠予定', 'ステータス', 'status', 'attendance'],
  actual: [
    '当日',
    '当日出欠',
    '来場',
    '出席',
    '受付',
    '受付済',
    '参加実績',
    '来場実績',
    'actual',
    'attended',
    'check in',
    'checked in',
  ],
};

const FIELD_OF = new Map(
  FIELDS.flatMap((field) => HEADERS[field].map((header) => [headerKey(header), field] as const)),
);

/** Where each field stands. */
export interface Columns {
  readonly at: ReadonlyMap<Field, number>;
  /** Headers that mean nothing here, as written. */
  readonly ignored: readonly string[];
}

/** Assigns a field to each header, or says which headers contradict each other. */
export function mapColumns(
  header: readonly string[],
  given: ReadonlyMap<string, Field> = new Map(),
): Columns | { readonly problem: string } {
  const at = new Map<Field, number>();
  const ignored: string[] = [];
  const own = new Map([...given].map(([name, field]) => [headerKey(name), field]));
  for (const [index, name] of header.entries()) {
    const field = own.get(headerKey(name)) ?? fieldOf(name);
    if (field === undefined) {
      if (name.trim() !== '') ignored.push(name.trim());
      continue;
    }
    const other = at.get(field);
    if (other !== undefined) {
      const names = `「${header[other] ?? ''}」 and 「${name}」`;
      return { problem: `the columns ${names} both mean ${field}; rename or remove one` };
    }
    at.set(field, index);
  }
  const missing = [...own].find(([, field]) => !at.has(field));
  if (missing !== undefined)
    return { problem: `the file has no column for ${missing[1]} under the name given` };
  return { at, ignored };
}

/** A text such as `kana=よみ` read: the header, and the field that it holds; null: it has another form. */
export function readColumnRule(rule: string): readonly [header: string, field: Field] | null {
  const [name = '', ...header] = rule.split('=');
  const field = FIELDS.find((one) => one === name);
  return field === undefined || header.length === 0 ? null : [header.join('='), field];
}

/** The field as whole header, then without what stands in brackets: メール(任意). */
function fieldOf(header: string): Field | undefined {
  const plain = header.normalize('NFKC').replace(/[([【〔<][^)\]】〕>]*[)\]】〕>]/gu, '');
  return FIELD_OF.get(headerKey(header)) ?? FIELD_OF.get(headerKey(plain));
}

/** A header as it is compared. */
function headerKey(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}_\-・.*※:()[\]【】]/gu, '');
}
