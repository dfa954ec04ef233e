import t from 'tap';
import { expectSeeds } from './expect-seeds.ts';

await expectSeeds(t, 2);
