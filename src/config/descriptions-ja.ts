import type { ConfigName } from './schema.ts';

/** What each variable is, for the Japanese README. */
export const DESCRIPTIONS_JA: Readonly<Record<ConfigName, string>> = {
  OPENAI_API_KEY: 'SIP アドレスを持つ OpenAI プロジェクトの API キー。必須。',
  OPENAI_WEBHOOK_SECRET:
    'Webhook の署名シークレット (whsec_ と base64)。入れ替え中は新しい順にカンマ区切りで 3 つまで。本番では必須。それ以外で空なら検証を省く。',
  NODE_ENV: 'production では OPENAI_WEBHOOK_SECRET がないと起動しない。サーバ利用時は AUDIT_KEY も要る。',
  OPENAI_PROJECT_ID: 'SIP アドレスの proj_…。設定すると、ほかのプロジェクト宛ての着信を断る。',
  OPENAI_BASE_URL: 'REST API の基底 URL。サイドバンドのアドレスもこれから決まる。',
  REALTIME_ORIGIN: 'サイドバンドに付ける Origin ヘッダ。空なら送らない。',
  REALTIME_MODEL: 'Realtime モデル。',
  DEFAULT_VOICE: 'エージェントの声。',
  SCENARIO: 'scenarios/ にあるファイル名 (拡張子なし)、またはシナリオファイルのパス。',
  PORT: '待ち受ける TCP ポート。',
  HOST: '待ち受けるアドレス。空なら、シークレットがあるとき 0.0.0.0、ないとき 127.0.0.1。',
  TRUST_PROXY: 'X-Forwarded-* ヘッダを信じるプロキシの CIDR。カンマ区切り。',
  LOG_LEVEL: '書き出すログの最低レベル。',
  DATABASE_URL: 'PostgreSQL サーバ (15 以降) の postgres:// アドレス。空なら組み込みのストアを使う。',
  DATA_DIR: '組み込みストアのディレクトリ。memory:// なら何も残さない。',
  MAX_FLEET_CALLS:
    '同じストアを使う全プロセスで同時に受ける通話数。超えた着信は SIP 503 で断る。0 ならプロセスごとの上限だけ。',
  MAX_CALLS_PER_DIALLED_NUMBER:
    '一つの着信番号で同時に受ける通話数 (全プロセス)。超えた着信は SIP 503 で断り、回線が次の転送先へ進める。0 で無制限。',
  MAX_CALLS_PER_CALLER:
    '同じ番号から同時に受ける通話数 (全プロセス)。超えた着信は話し中 (SIP 486)。0 で無制限。大学の代表番号は学生で共用されることに注意。',
  CALLS_PER_NUMBER_PER_HOUR:
    '同じ番号からの通話を 1 時間に受ける数 (全プロセス)。超えた着信は話し中 (SIP 486)。0 で無制限。大学の代表番号は学生で共用されることに注意。',
  MEMORY_LIMIT_PERCENT:
    'コンテナのメモリまたは Node のヒープの使用率 (パーセント)。超えている間、新しい着信を SIP 503 で断る。通話中のものは続く。100 で断らない。',
  MAX_CONCURRENT_CALLS: 'このプロセスが同時に受ける通話数。超えた着信は SIP 503 で断る。',
  MAX_CALL_SECONDS: '通話の上限 (秒)。過ぎると丁寧に終える。',
  SILENCE_REPROMPT_SECONDS: '無言がこの秒数続くと、もう一度尋ねる。',
  SILENCE_KEYPAD_SECONDS: 'さらにこの秒数無言なら、ボタン操作を案内する。',
  SILENCE_CLOSE_SECONDS: 'さらにこの秒数無言なら、あいさつをして切る。',
  STALE_CALL_SECONDS: '着信イベントがこの秒数より古ければ、もう誰も待っていないと見なす。',
  CLAIM_TIMEOUT_MS: '着信を記録する期限 (ミリ秒)。過ぎると 503 を返し、OpenAI が再送する。',
  ACCEPT_TIMEOUT_MS: 'accept リクエスト 1 回の期限 (ミリ秒)。',
  SIDEBAND_TIMEOUT_MS: 'サイドバンド接続 1 回の期限 (ミリ秒)。',
  TOOL_FILLER_MS: 'ツールがこれより遅いと、確認中であることを伝える (ミリ秒)。',
  TOOL_TIMEOUT_MS: 'ツールがこれより遅いと、エラーとして答える (ミリ秒)。TOOL_FILLER_MS より長くする。',
  DRAIN_SECONDS: 'SIGTERM のあと、通話中の電話を続けてよい秒数。',
  HANDOVER_OVERLAP:
    'ほかのノードがある停止のとき、on なら引き継ぎ先が接続してから自分のサイドバンドを閉じる。1 通話に 2 本の接続は OpenAI の文書にない。',
  TWILIO_ACCOUNT_SID: 'トランクの AC…。設定すると、これのない着信を断る。',
  DIALLED_NUMBERS: '自分の番号 (E.164)。カンマ区切り。設定すると、ほかの番号宛ての着信を断る。',
  BLOCKED_CALLERS: '断る番号または先頭部分 (+8150*、E.164) と、非通知を表す withheld。カンマ区切り。',
  OPENING_HOURS: 'Asia/Tokyo の受付時間。例: Mon-Fri 08:00-20:00, Sat 09:00-13:00。空なら常時。',
  TRANSFER_TARGETS: 'key=tel:+81… または key=sip:user@host の組。カンマ区切り。空なら転送しない。',
  SMS_SENDER:
    'SMS の送り手。file なら送らず、内容を DATA_DIR/messages.jsonl に書く (SMTP_URL が空ならメールも)。off なら SMS を使わない。',
  TWILIO_AUTH_TOKEN:
    'TWILIO_ACCOUNT_SID の Auth Token。SMS_SENDER=twilio なら必須。状態通知の署名の検証にも使う。',
  SMS_FROM: 'SMS の発信元。E.164 の番号、MG… のサービス、または英数字 11 文字まで。',
  PUBLIC_URL: 'インターネットから見たこのサービスのアドレス。設定すると、Twilio が配信結果を知らせてくる。',
  SMS_HTTP_URL:
    'SMS_SENDER=http の送り先。JSON を POST する。同じ Idempotency-Key には 1 通だけ送るものであること。',
  SMS_HTTP_TOKEN: 'SMS_HTTP_URL の Bearer トークン。空なら付けない。',
  SMTP_URL: 'メールサーバ。smtps://user:password@host:465 または smtp://host:587。空ならメールを送らない。',
  MAIL_FROM: 'メールの差出人。desk@example.jp または 名前 <desk@example.jp>。SMTP_URL があるとき必須。',
  MESSAGES: 'メッセージの文面。scenarios/ にあるファイル名 (拡張子なし)、またはパス。',
  MESSAGES_PER_DAY: '1 日 (日本時間) に人へ送るメッセージの上限。超えた分は断る。',
  QUIET_HOURS:
    '直前の通話への返事と、待てないお席のご案内だけを送る時間帯 (日本時間)。ほかは明けてから送る。空なら設けない。',
  API: '/api/v1 の REST API と /docs の説明ページ。キー (denwaban api-key create) がなければ誰も使えない。off なら両方ともない。',
  WEBHOOK_TARGETS: '変更を知らせる先。name=whsec_…@https://host/path の組。カンマ区切り。空なら知らせない。',
  RETENTION_CALL_DAYS:
    '通話の文字、ツールの引数、発信者番号を消すまでの日数。その通話が関わる説明会の日から、なければ通話の日から数える。',
  RETENTION_MESSAGE_DAYS: '預かった伝言と名簿にない方の連絡先を消すまでの日数。',
  RETENTION_HIRING_YEAR_END: '採用年度の最終日 (MM-DD)。その年度の説明会の申込と応募者を、翌日に消す。',
  RETENTION_HIRING_YEAR_LEAD_DAYS:
    'RETENTION_HIRING_YEAR_END の前、この日数以内の説明会は次の採用年度のものとする。',
  RETENTION_HIRING_YEARS_MORE: '申込と応募者を、さらに何年度分残すか (年)。',
  RETENTION_OUTBOUND_DAYS: '送ったメッセージと Webhook を、宛先と文面ごと消すまでの日数。',
  RETENTION_TECHNICAL_DAYS:
    '配送の ID と、通知済みの変更の ID を残す日数。OpenAI が 3 日間再送するため 4 以上。',
  RETENTION_COUNTER_DAYS: '本人確認の失敗を番号ごとに数えておく日数。',
  RETENTION_RECORD_DAYS: '通話の残り (時刻、終了理由、費用、お知らせの記録) と削除の記録を残す日数。',
  AUDIT_KEY:
    '監査記録の鍵 (base64、32〜64 バイト。openssl rand -base64 32 で作る)。新しい順にカンマ区切りで 3 つまで。空なら DATA_DIR/audit.key に作る。本番で DATABASE_URL を使う場合は必須で、全ノード同じ鍵にする。',
  AUDIT_ANCHOR_DIR:
    '監査記録の各連鎖の末尾を毎日書き出すディレクトリ。別のディスクが望ましい。空なら DATA_DIR/audit。',
};
