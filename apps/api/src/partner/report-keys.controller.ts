import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { instantText } from '#lib/kernel';
import { ReportKeys } from '#lib/reports';
import { Answer } from '../docs/answers.ts';
import { Public } from '../http/route-access.ts';

@ApiTags('partner')
@Controller('partner/v1/report-keys')
export class ReportKeysController {
  constructor(private readonly keys: ReportKeys) {}

  @Get()
  @Public()
  @ApiOperation({
    summary: 'Public keys of reports',
    description:
      'Ed25519. A key keeps its id, and stays here after another one signs: what it signed is checked by it.',
  })
  @Answer('ReportKeyList', 'All of them, the newest first.')
  async list(): Promise<object> {
    const keys = await this.keys.published();
    return { items: keys.map((key) => ({ ...key, madeAt: instantText(key.madeAt) })) };
  }
}
