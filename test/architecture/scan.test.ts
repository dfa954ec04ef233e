import t from 'tap';
import { scan } from './scan.ts';

const cases: readonly (readonly [
  name: string,
  source: string,
  imports: readonly (readonly [string, boolean])[],
])[] = [
  ['a named import', "import { a } from 'x';", [['x', false]]],
  ['a type import', "import type { A } from 'x';", [['x', true]]],
  [
    'an import of a type beside values, which loads the module',
    "import { type A } from 'x';",
    [['x', false]],
  ],
  ['an import over several lines', "import {\n  a,\n  b as c,\n} from 'x';", [['x', false]]],
  ['an import of everything', "import * as a from 'x';", [['x', false]]],
  ['an import for its effect', "import 'x';", [['x', false]]],
  ['a dynamic import', "await import('x');", [['x', false]]],
  [
    'a re-export',
    "export { a } from 'x';\nexport * from 'y';",
    [
      ['x', false],
      ['y', false],
    ],
  ],
  ['a re-export of types', "export type {\n  A,\n} from 'x';", [['x', true]]],
  ['a value named type', "import type from 'x';", [['x', false]]],
  ['an export that is no import', "export { a };\nconst from = 'x';", []],
  ['an import in a comment', "// import 'x';\n/* import 'y'; */", []],
  ['an import in a string', 'const a = "import \'x\'";', []],
  ['an import in a template', "const a = `import 'x'`;", []],
  [
    'an import in a template in a template',
    "const a = `${`${b({ c: 1 })} import 'x'`} import 'y'`; import 'z';",
    [['z', false]],
  ],
  ['a quote in a regular expression', "const a = /['\"]/; import 'x';", [['x', false]]],
  ['a slash in the class of a regular expression', "const a = /[/']/; import 'x';", [['x', false]]],
  ['a division', "const a = b / c; const d = '/'; import 'x';", [['x', false]]],
  ['an escaped quote', "const a = 'it\\'s'; import 'x';", [['x', false]]],
];

for (const [name, source, imports] of cases) {
  t.test(`the scanner reads ${name}`, async (t) => {
    t.same(
      scan(source).imports.map(({ specifier, typeOnly }) => [specifier, typeOnly]),
      imports,
    );
  });
}

t.test('what is left of a source is its code', async (t) => {
  const { code } = scan("a('Date.now()'); // Date.now()\n`${Date.now()}` /* Date.now() */");
  t.equal(code.match(/Date\.now\(\)/g)?.length, 1);
  t.equal(code.split('\n').length, 2);
});
