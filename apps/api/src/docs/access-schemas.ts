import { INSTITUTION_KINDS, PARTNER_KINDS, SCOPES } from '#lib/access';
import { choice, day, id, instant, int, list, nullable, object, page, str, text } from './schema.ts';

const kind = choice('What it is.', INSTITUTION_KINDS, 'bank');
const scopes = list(choice('A scope.', SCOPES, 'partner:scores'), 'What it opens.');
const roles = list(str('A role.', 'credit-officer'), 'What the person does.');

const institution = object(
  {
    institutionId: id('The institution.'),
    kind,
    code: str('Its code with us.', 'example-bank'),
    ...text('示例银行', 'Example Bank'),
    uscc: str('Of kind firm: the firm.', '91440300DMAB12340K'),
    state: choice('SUSPENDED: its keys are refused.', ['ACTIVE', 'SUSPENDED']),
    stateReason: nullable(str('Why it is suspended.', '异常查询'), null),
    version: int('Raised by one with every change.', 1),
  },
  ['uscc'],
);

const partner = object({
  institutionId: id('The institution, as deals name it.'),
  kind: choice('What it is.', PARTNER_KINDS, 'bank'),
  code: str('Its code with us.', 'example-bank'),
  ...text('示例银行', 'Example Bank'),
});

const person = object({
  personId: id('The person.'),
  institutionId: id('For whom the person acts.'),
  institutionCode: str('Its code.', 'example-bank'),
  handle: str('Short name, unique.', 'zhang.san'),
  name: str('As people call them.', '张三'),
  roles,
});

const key = object({
  keyId: id('The key.'),
  personId: id('Whose it is.'),
  institutionId: id('For whom that person acts.'),
  handle: str('Short name of the person.', 'zhang.san'),
  prefix: str('Its first part, which may be logged; the rest is kept nowhere.', '0a1b2c3d4e5f'),
  scopes,
  addresses: list(str('An address or range.', '203.0.113.0/24'), 'From where it works; empty: from anywhere.'),
  createdAt: instant('Made.'),
  expiresAt: instant('Its end; a rotation may bring it forward.', '2027-07-06T09:00:00.000+08:00'),
  replaces: nullable(id('The key whose successor it is.'), null),
  revokedAt: nullable(instant('Ended before its time.'), null),
  revokedBy: nullable(id('By whom.'), null),
  revokeReason: nullable(str('Why.', '员工离职'), null),
  lastUsedOn: nullable(day('Last day of use.')),
});

export const accessSchemas = {
  Institution: institution,
  InstitutionPage: page(institution),
  PartnerPage: page(partner),
  AccessEventPage: page(
    object({
      seq: int('Their order.', 17),
      subject: choice('What it happened to.', ['institution', 'person', 'key']),
      subjectId: id('Which of them.'),
      version: int('Its number among those of the subject.', 1),
      event: choice('What.', ['add', 'suspend', 'restore', 'roles', 'issue', 'rotate', 'revoke'], 'issue'),
      by: nullable(id('By whom; null: the program itself, or its command line.')),
      at: instant('When.'),
      reason: nullable(str('Why.', '例行轮换')),
      detail: {
        type: 'object',
        description: 'What it became.',
        additionalProperties: true,
        example: { scopes: ['partner:scores'] },
      },
    }),
  ),
  Person: person,
  PersonPage: page(person),
  RoleList: object({
    items: list(
      object({
        role: str('Its code.', 'compliance-officer'),
        ...text('合规负责人', 'authorisations, disputes, query log'),
        kinds: list(kind, 'Whose people may hold it.'),
        scopes,
        conflicts: list(str('A role.', 'model-owner'), 'Roles that nobody holds together with it.'),
      }),
    ),
  }),
  Key: key,
  KeyPage: page(key),
  IssuedKey: object({
    keyId: id('The key.'),
    prefix: str('Its first part.', '0a1b2c3d4e5f'),
    key: str('The key itself: shown now and never again.', `fm_0a1b2c3d4e5f_${'x'.repeat(43)}`),
    expiresAt: instant('Its end.', '2027-07-06T09:00:00.000+08:00'),
  }),
};
