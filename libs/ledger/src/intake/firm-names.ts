import { SOURCES } from '#lib/data-sources';

/** Sources whose deliveries bring names of firms: registrations, and the changes of them. */
export const NAMING_SOURCES: ReadonlySet<string> = new Set(
  SOURCES.filter((source) => ['REG', 'CHG'].includes(source.code)).map((source) => source.name),
);

/** Names that a firm was registered under, or gave up or took by a change (`r` is a record of the firm). */
const NAMES = `(r.source = 'business-registration' OR r.source = 'registration-changes' AND r.payload ->> 'item' = 'name')
  AND r.op = 'U' AND EXISTS (SELECT FROM delivery d WHERE d.delivery_id = r.delivery_id AND d.undone_at IS NULL)`;

/**
 * SQL: whether a row may call the firm `company` by `name`: one that it ever had, whenever that was. Names are only ever
 * added, so that what a row comes to does not depend on whether it or the change of the name came first. A firm of which
 * no name is known may be called anything.
 */
export const mayBeCalled = (company: string, name: string): string => `(
  EXISTS (SELECT FROM record r WHERE r.company_id = ${company} AND ${NAMES}
    AND ${name} IN (r.payload ->> 'name', r.payload ->> 'before', r.payload ->> 'after'))
  OR NOT EXISTS (SELECT FROM record r WHERE r.company_id = ${company} AND r.source = 'business-registration' AND r.op = 'U'
    AND r.payload ? 'name'))`;
