import { ApiParam } from '@nestjs/swagger';

/** `:uscc` of a path; checked by UsccPipe. */
export const UsccParam = (): MethodDecorator =>
  ApiParam({
    name: 'uscc',
    description: '统一社会信用代码, 18 characters.',
    schema: { type: 'string', pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$' },
    example: '91440300DMAB12340K',
  });
