import Type, { type Static } from 'typebox';
import { LEAD_TOPICS, type Lead, type LeadContact } from '../store/lead-ports.ts';
import { Id, Instant, oneOf, orNull, writeInstant, writeInstantOrNull } from './shapes.ts';

/** States of a lead. */
export const LEAD_STATES = ['open', 'done'] as const;

const fields = {
  lead_id: Id,
  phone: Type.String(),
  kana_name: Type.String(),
  university: orNull(Type.String()),
  state: oneOf(LEAD_STATES),
  callback_at: orNull(Instant),
  created_at: Instant,
  updated_at: Instant,
  done_at: orNull(Instant),
  done_by: orNull(Type.String()),
};

/** A lead as the API shows it. */
export const LeadSchema = Type.Object(fields, { $id: 'Lead', additionalProperties: false });

const Contact = Type.Object(
  {
    call_id: Id,
    topic: oneOf(LEAD_TOPICS),
    note: orNull(Type.String()),
    callback_at: orNull(Instant),
    at: Instant,
  },
  { additionalProperties: false },
);

/** A lead with everything that it asked for. */
export const LeadWithContactsSchema = Type.Object(
  { ...fields, contacts: Type.Array(Contact) },
  { $id: 'LeadWithContacts', additionalProperties: false },
);

export function leadView(lead: Lead): Static<typeof LeadSchema> {
  return {
    lead_id: lead.leadId,
    phone: lead.phone,
    kana_name: lead.kanaName,
    university: lead.university,
    state: lead.state,
    callback_at: writeInstantOrNull(lead.callbackAt),
    created_at: writeInstant(lead.createdAt),
    updated_at: writeInstant(lead.updatedAt),
    done_at: writeInstantOrNull(lead.doneAt),
    done_by: lead.doneBy,
  };
}

export function leadWithContactsView(
  lead: Lead,
  contacts: readonly LeadContact[],
): Static<typeof LeadWithContactsSchema> {
  return {
    ...leadView(lead),
    contacts: contacts.map((contact) => ({
      call_id: contact.callId,
      topic: contact.topic,
      note: contact.note,
      callback_at: writeInstantOrNull(contact.callbackAt),
      at: writeInstant(contact.at),
    })),
  };
}
