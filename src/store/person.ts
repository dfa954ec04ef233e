import type { StoreContext } from './context.ts';
import { erasePerson } from './person-erase.ts';
import { findPeople } from './person-find.ts';
import type { PersonStore } from './person-ports.ts';
import { readPerson } from './person-read.ts';
import type { Transact } from './transaction.ts';

/** The store's operations on everything that is known about one person. */
export function createPersonStore(context: StoreContext, transact: Transact): PersonStore {
  return {
    find: async (query) => findPeople(context, query),
    read: async (person, shared) => readPerson(context, person, shared),
    erase: async (input) => erasePerson(context, transact, input),
  };
}
