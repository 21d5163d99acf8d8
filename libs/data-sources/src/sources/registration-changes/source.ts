import type { SourceDefinition } from '../../source.ts';
import { mapChange } from './map.ts';
import type { RegistrationChange } from './payload.ts';

/** 登记变更 (domain §1.4 row 1b): what changed in a firm's registration, item by item. */
export const registrationChanges: SourceDefinition<RegistrationChange> = {
  name: 'registration-changes',
  code: 'CHG',
  zh: '登记变更',
  en: 'registration changes',
  publisher: '市场监督管理局',
  legalBasis: {
    kind: 'public',
    zh: '《市场主体登记管理条例》第二十四条；《企业信息公示暂行条例》第六条',
    en: 'Regulations on Market Entity Registration, art. 24; Interim Regulations on Enterprise Information Publicity, art. 6',
  },
  createsCompanies: false,
  freshnessDays: 15,
  graceDays: 30,
  layouts: [
    {
      name: 'changes',
      zh: '登记变更明细',
      en: 'registration changes',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '变更事项', '变更日期'],
      optional: ['变更前内容', '变更后内容', '变更前区划', '变更后区划', '操作标志'],
      // They name persons where the item is one: only hashes of them are kept on file.
      personal: [
        { column: '变更前内容', treatment: 'hash' },
        { column: '变更后内容', treatment: 'hash' },
      ],
      feed: 'CHG',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapChange,
    },
  ],
  fields: {
    item: '变更事项: name, address, legalRep, controller, capital, paidCapital, capitalReductionNotice, shareholder, scope, type, term, officers',
    changedOn: '变更日期, YYYY-MM-DD; the event date, and part of the key',
    before: '变更前内容 of name, address, scope, type and term; of persons nothing is kept',
    after: '变更后内容, as before',
    first: 'true: the first registration, booked as a change',
    beforeCapital: '变更前资本, in minor units of its currency',
    afterCapital: '变更后资本, in minor units of its currency',
    beforeRegion: '变更前区划, GB/T 2260',
    afterRegion: '变更后区划, GB/T 2260',
    beforeDistrict: '变更前区县 as the address names it',
    afterDistrict: '变更后区县 as the address names it',
  },
};
