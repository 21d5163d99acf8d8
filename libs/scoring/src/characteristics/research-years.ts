import { researchDevelopment, type DossierRecord, type ResearchYear, type TechnologyContract } from '#lib/data-sources';
import { newestDueYear } from './age.ts';
import type { FeedView, FirmAt } from './firm-at.ts';

export type YearRecord = DossierRecord<ResearchYear>;
export type ContractRecord = DossierRecord<TechnologyContract>;

/** The firm's declared fiscal years (研发年度数据) and registered technology contracts. */
export interface ResearchReading {
  readonly view: FeedView;
  readonly contractsView: FeedView;
  /** The last fiscal year whose report was due by the day (31 May). */
  readonly dueYear: number;
  readonly contracts: readonly ContractRecord[];
  readonly year: (year: number) => YearRecord | undefined;
}

export function researchOf(firm: FirmAt): ResearchReading {
  const known = firm.readings.research as ResearchReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('RND');
  const contractsView = firm.feed('RND.contracts');
  const years: YearRecord[] = [];
  const contracts: ContractRecord[] = [];
  if (view.cause === undefined || contractsView.cause === undefined)
    for (const record of firm.records(researchDevelopment)) {
      if (record.payload.kind === 'year') years.push(record as YearRecord);
      else contracts.push(record as ContractRecord);
    }
  const reading: ResearchReading = {
    view,
    contractsView,
    dueYear: newestDueYear(firm.day.date, '05-31'),
    contracts,
    year: (year) => years.find((record) => record.payload.year === year),
  };
  firm.readings.research = reading;
  return reading;
}
