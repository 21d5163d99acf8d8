import { DateField, InstantField } from '../http/fields.ts';

export class RunRequest {
  @DateField({ description: 'The day to score.', example: '2026-06-30' })
  asOf!: string;

  @InstantField({
    description: 'Use what was known at this instant. Default and latest: the newest apply tick.',
    optional: true,
    example: '2026-07-06T09:00:00.000+08:00',
  })
  knownAt?: string;
}
