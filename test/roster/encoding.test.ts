import iconv from 'iconv-lite';
import t from 'tap';
import { decodeText, encodeCp932, encodeUtf8 } from '../../src/roster/encoding.ts';

const TEXT = '氏名,フリガナ\r\n髙橋 﨑,ﾀｶﾊｼ ①㈱〜\r\n';

t.test('UTF-8 is read with and without its mark', async (t) => {
  t.same(decodeText(Buffer.from(TEXT)), { text: TEXT, encoding: 'utf-8' });
  t.same(decodeText(encodeUtf8(TEXT)), { text: TEXT, encoding: 'utf-8' });
});

t.test('CP932 is read with its extensions', async (t) => {
  const text = TEXT.replace('〜', '～');
  t.same(decodeText(iconv.encode(text, 'cp932')), { text, encoding: 'cp932' });
});

t.test('text of spreadsheets in UTF-16 is read', async (t) => {
  t.same(decodeText(Buffer.from(`\uFEFF${TEXT}`, 'utf16le')), { text: TEXT, encoding: 'utf-16le' });
});

t.test('bytes of neither encoding are refused, not replaced', async (t) => {
  t.equal(decodeText(Uint8Array.of(0x41, 0xff, 0xfd, 0x80)), null);
  t.equal(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x82, 0xa0)), null, 'the mark is believed');
});

t.test('minus and wave get the code points that CP932 has', async (t) => {
  t.same(encodeCp932('\u2212\u301c'), { bytes: Buffer.from('817c8160', 'hex') });
});

t.test('characters that CP932 does not have are named, each once', async (t) => {
  t.same(encodeCp932('𠮷田 é 𠮷'), { unmappable: ['𠮷', 'é'] });
});
