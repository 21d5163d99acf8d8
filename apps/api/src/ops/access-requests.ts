import { INSTITUTION_KINDS, OVERLAP_DAYS, SCOPES } from '#lib/access';
import { ChoiceField, NumberField, PatternField, TextField, TextsField } from '../http/fields.ts';
import { PageQuery } from '../http/paging.ts';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const CODE = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const HANDLE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const ROLE = /^[a-z][a-z-]{1,39}$/;
const EXAMPLE_ID = '019a8c2e-7f00-7000-8000-000000000001';

export class ReasonRequest {
  @TextField({ description: 'The reason, for the record.', example: '异常查询，暂停使用' }, 2, 1000)
  reason!: string;
}

export class InstitutionRequest {
  @ChoiceField({ description: 'What it is.', example: 'bank' }, INSTITUTION_KINDS)
  kind!: (typeof INSTITUTION_KINDS)[number];

  @PatternField(
    { description: 'Its code with us.', example: 'example-bank' },
    CODE,
    '应为小写字母、数字与连字符，至多64个',
    'lower-case letters, digits and hyphens are expected, 64 at most',
  )
  code!: string;

  @TextField({ description: 'Chinese name.', example: '示例银行' }, 1, 200)
  zh!: string;

  @TextField({ description: 'English name.', example: 'Example Bank' }, 1, 200)
  en!: string;

  @TextField(
    { description: 'Of kind firm, and only of it: the firm.', optional: true, example: '91440300DMAB12340K' },
    18,
    18,
  )
  uscc?: string;
}

const idField = (description: string, optional = false): PropertyDecorator =>
  PatternField(
    { description, example: EXAMPLE_ID, optional },
    UUID,
    '应为 UUID（小写）',
    'a UUID in lower case is expected',
  );

const RolesField = (least: number): PropertyDecorator =>
  TextsField(
    { description: 'Roles, as GET /ops/v1/roles lists them.', example: ['credit-officer'] },
    [least, 12],
    ROLE,
    '岗位代码',
    'the code of a role',
  );

export class PersonRequest {
  @idField('The institution for which the person acts.')
  institutionId!: string;

  @PatternField(
    { description: 'Short name, unique.', example: 'zhang.san' },
    HANDLE,
    '应为小写字母、数字与 . _ -，至多64个',
    'lower-case letters, digits and . _ - are expected, 64 at most',
  )
  handle!: string;

  @TextField({ description: 'As people call them.', example: '张三' }, 1, 200)
  name!: string;

  @RolesField(1)
  roles!: string[];
}

export class RolesRequest extends ReasonRequest {
  @RolesField(0)
  roles!: string[];
}

export class PeopleQuery extends PageQuery {
  @idField('Of this institution only.', true)
  institution?: string;
}

export class KeysQuery extends PageQuery {
  @idField('Of this person only.', true)
  person?: string;
}

export class KeyRequest {
  @idField('Whose key it is.')
  personId!: string;

  @TextsField(
    { description: `Within the person's roles: ${SCOPES.join(', ')}.`, example: ['partner:scores'] },
    [1, SCOPES.length],
    new RegExp(`^(${SCOPES.join('|')})$`),
    '权限代码',
    'a scope',
  )
  scopes!: (typeof SCOPES)[number][];

  @NumberField({ description: 'Days until it expires.', optional: true, default: 365 }, 1, 730)
  days: number = 365;

  @TextsField(
    {
      description: 'Addresses or CIDR ranges from which it works; left out: from anywhere.',
      optional: true,
      example: ['203.0.113.0/24'],
    },
    [0, 32],
    /^[0-9a-fA-F:.]{2,45}(\/\d{1,3})?$/,
    'IP 地址或 CIDR 地址段',
    'an address or a range in CIDR notation',
  )
  addresses?: string[];
}

export class RotationRequest {
  @NumberField(
    {
      description: 'Days in which the old key goes on to work; 0: it ends at once.',
      optional: true,
      default: OVERLAP_DAYS.usual,
    },
    0,
    OVERLAP_DAYS.most,
  )
  overlapDays: number = OVERLAP_DAYS.usual;
}
