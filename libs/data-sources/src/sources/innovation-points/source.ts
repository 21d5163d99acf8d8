import type { SourceDefinition } from '../../source.ts';
import { mapEvaluation } from './map.ts';
import type { InnovationPoints } from './payload.ts';

/** 创新积分: points given by others under 创新积分制, shown beside our score and no part of it: its weights are not public. */
export const innovationPoints: SourceDefinition<InnovationPoints> = {
  name: 'innovation-points',
  code: 'INP',
  zh: '创新积分',
  en: 'innovation points',
  publisher: '科技局',
  legalBasis: { kind: 'authorised', zh: '经企业授权提供', en: 'given with the authorisation of the firm' },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 60,
  layouts: [
    {
      name: 'evaluations',
      zh: '创新积分评价结果',
      en: 'evaluations',
      form: 'csv',
      encodings: ['utf-8', 'gb18030'],
      required: ['统一社会信用代码', '版本', '评价日期', '积分'],
      optional: ['企业名称', '满分', '操作标志'],
      personal: [],
      feed: 'INP',
      perFirm: true,
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '企业名称',
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapEvaluation,
    },
  ],
  fields: {
    version: '版本: v1 or v2; with the day the key',
    on: '评价日期, YYYY-MM-DD; the event',
    scoreTenths: '积分, tenths of a point',
    maxTenths: '满分, tenths of a point',
  },
};
