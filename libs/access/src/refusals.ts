import { ProblemError, type ProblemDetail } from '#lib/kernel';

/** A refusal of this lib, with the place where there is one. */
export function refusal(
  code: string,
  status: number,
  zh: string,
  en: string,
  errors: readonly ProblemDetail[] = [],
): ProblemError {
  return new ProblemError({ code, status, zh, en, errors });
}

interface Held {
  readonly code?: string;
  readonly constraint?: string;
  readonly detail?: string;
}

/** Turns what the database holds about roles and keys into its refusal; anything else is thrown on. */
export async function asRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { constraint, detail = '' } = error as Held;
    if (constraint === 'duties_conflict') {
      const [held, other] = detail.split(',');
      const zh = `岗位「${held}」与「${other}」不相容，不得由同一人担任`;
      const en = `one person may not hold ${held} and ${other}`;
      const errors = [{ pointer: '/roles', code: 'duties-conflict', zh, en }];
      throw new ProblemError({ code: 'duties-conflict', status: 409, zh, en, errors, extra: { roles: [held, other] } });
    }
    if (constraint === 'role_of_kind')
      throw refusal('role-not-of-kind', 409, `该类机构没有岗位「${detail}」`, `the institution has no role ${detail}`);
    if (constraint === 'person_role_house' || constraint === 'house_of_machine')
      throw refusal(
        'house-role-taken',
        409,
        '岗位 house 只由本机命令行授予一人',
        'the role house is given to one person, and only on the machine itself',
      );
    if (constraint === 'own_roles')
      throw refusal('own-roles', 409, '不得变更本人的岗位', 'nobody changes their own roles');
    if (constraint === 'scope_of_role')
      throw refusal(
        'scope-not-of-role',
        409,
        '密钥权限超出本人岗位',
        'a scope of the key lies outside the roles of its person',
      );
    throw error;
  }
}
