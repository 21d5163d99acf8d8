import type { DeliveryManifest } from '#lib/ledger';
import { ChoiceField, DateField, InstantField, NumberField, PatternField, TextField } from '../http/fields.ts';
import { PageQuery } from '../http/paging.ts';

const STATES = ['RECEIVED', 'VERIFIED', 'PARSED', 'MATCHED', 'APPLIED', 'RECONCILED', 'HOLD', 'REJECTED'];

export class DeliveryListQuery extends PageQuery {
  @TextField({ description: 'Only of this source.', optional: true, example: 'business-registration' }, 1, 64)
  source?: string;

  @ChoiceField({ description: 'Only in this state.', optional: true }, STATES)
  state?: string;
}

/** What is said about an uploaded file; all but source and fileName may be left out. What is stated is checked. */
export class UploadQuery {
  @TextField({ description: 'Name of the source.', example: 'business-registration' }, 1, 64)
  source!: string;

  @TextField({ description: 'Layout; default: the source’s first.', optional: true, example: 'open-register' }, 1, 64)
  layout?: string;

  @PatternField(
    { description: 'Name of the file, without a folder.', example: 'register-2026-06.csv.gz' },
    /^[^/\\\p{Cc}]{1,255}$/u,
    '应为1至255个字符的文件名，不含路径',
    'a file name of 1 to 255 characters without a folder is expected',
  )
  fileName!: string;

  @NumberField(
    { description: 'Number of the delivery in its source.', optional: true, example: 6 },
    0,
    Number.MAX_SAFE_INTEGER,
  )
  sequence?: number;

  @NumberField(
    { description: 'Rows that the provider counted.', optional: true, example: 1000 },
    0,
    Number.MAX_SAFE_INTEGER,
  )
  rows?: number;

  @PatternField(
    { description: 'SHA-256 of the file, hex.', optional: true },
    /^[0-9a-fA-F]{64}$/,
    '应为64位十六进制',
    '64 hex digits are expected',
  )
  sha256?: string;

  @PatternField(
    {
      description: 'Regions it is complete for, joined by commas: GB/T 2260 prefixes, or CN.',
      optional: true,
      example: '4403',
    },
    /^(CN|\d{2}|\d{4}|\d{6})(,(CN|\d{2}|\d{4}|\d{6})){0,99}$/,
    '应为2、4或6位行政区划前缀或 CN，以逗号分隔',
    'region prefixes of 2, 4 or 6 digits, or CN, joined by commas are expected',
  )
  territory?: string;

  @ChoiceField({ description: 'all: absence means zero. listed: absence means nothing.', optional: true }, [
    'all',
    'listed',
  ])
  population?: 'all' | 'listed';

  @DateField({ description: 'First day it speaks for.', optional: true, example: '2026-06-01' })
  from?: string;

  @DateField({ description: 'Last day it speaks for (data_through).', optional: true, example: '2026-06-30' })
  through?: string;

  @InstantField({ description: 'The provider’s own clock.', optional: true, example: '2026-07-01T02:00:00+08:00' })
  sourceTime?: string;
}

export function manifestOf(query: UploadQuery): DeliveryManifest {
  const { rows, sha256, sequence, sourceTime, population, from, through } = query;
  const territory = query.territory?.split(',');
  const coverage = { ...defined({ territory, population, from, through }) };
  return defined({
    rows,
    sha256,
    sequence,
    sourceTime,
    coverage: Object.keys(coverage).length > 0 ? coverage : undefined,
  });
}

const defined = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** Why a held delivery is let through or refused. */
export class DecisionRequest {
  @TextField({ description: 'The reason, for the record.', example: '与来源单位核对，行数下降属实' }, 2, 1000)
  reason!: string;
}
