import { workflow } from '#lib/kernel';

export type InstitutionState = 'ACTIVE' | 'SUSPENDED';
export type InstitutionEvent = 'suspend' | 'restore';

/** An institution's life (机构状态): misuse suspends it, and every key of it with it; nothing else of it changes. */
export const INSTITUTION_LIFE = workflow<InstitutionState, InstitutionEvent, 'ACCESS'>(
  {
    name: 'institution',
    initial: 'ACTIVE',
    states: {
      ACTIVE: { zh: '正常', en: 'active', on: { suspend: { to: 'SUSPENDED', by: ['ACCESS'] } } },
      SUSPENDED: { zh: '已停用', en: 'suspended', on: { restore: { to: 'ACTIVE', by: ['ACCESS'] } } },
    },
  },
  { endless: true },
);
