import t from 'tap';
import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import { messageData } from '../../src/briefing/message-data.ts';
import { briefingOf, NOW, slotOf } from '../store/briefing/fixtures.ts';

const UNSAID = { arrival: null, dialled: null };

function about(
  status: AttendanceStatus,
  changes: { contact?: string | null; onlineUrl?: string | null } = {},
) {
  return {
    registration: { status },
    briefing: briefingOf('b', changes),
    slot: slotOf('b', 1, { startsAt: NOW }),
  };
}

t.test('who takes part online is not sent to the venue', async (t) => {
  const data = messageData(about('online'), UNSAID);
  t.match(data, { place: 'オンライン', access: 'https://example.com/live' });
  t.notMatch(JSON.stringify(data), /丸の内/);
  const unknown = messageData(about('online', { onlineUrl: null }), UNSAID);
  t.match(unknown.access, /アドレスは追ってご連絡/);
});

t.test('who comes is told the venue', async (t) => {
  const place = '東京都千代田区丸の内 1-1';
  t.match(messageData(about('attending'), UNSAID), { place, access: place });
});

t.test(
  'without a contact the number that was dialled is named, and only without one the company',
  async (t) => {
    const dialled = '+815033334444';
    t.equal(messageData(about('attending'), { arrival: null, dialled }).contact, '050-0000-0000');
    t.equal(
      messageData(about('attending', { contact: null }), { arrival: null, dialled }).contact,
      '050-3333-4444',
    );
    t.equal(messageData(about('attending', { contact: null }), UNSAID).contact, '株式会社サンプル');
  },
);
