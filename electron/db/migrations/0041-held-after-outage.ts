/** After a long outage what had piled up waits for a person: texts up to this id are not claimed. NULL: nothing is held. */
export const version = 41;

export const statements = `
ALTER TABLE account ADD COLUMN hold_through_id INTEGER;
`;
