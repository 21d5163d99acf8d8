import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { checkRoutes } from '../../apps/api/src/http/check-routes.ts';
import { Public } from '../../apps/api/src/http/route-access.ts';
import { demoUscc, register, TestApi, uploadUrl } from './api-kit.ts';

describe('closing', () => {
  it('ends event streams that would go on', async () => {
    const api = await TestApi.open();
    await api.app.listen(0, '127.0.0.1');
    const { deliveryId } = (
      await api.post(uploadUrl(), { body: register({ uscc: demoUscc(1), name: '样例有限公司' }) })
    ).body;
    await api.product.intake.process(deliveryId);
    const { runId } = (await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } })).body;
    const stream = await fetch(`${await api.app.getUrl()}/ops/v1/runs/${runId}/events`, {
      headers: { authorization: `Bearer ${api.keyFor('/ops')}` },
    });
    const reader = stream.body!.getReader();
    await reader.read();
    await api.close();
    let last = await reader.read();
    while (!last.done) last = await reader.read();
    expect(last.value).toBeUndefined();
  });
});

describe('a route that says nothing about access', () => {
  @Controller()
  class Open {
    @Get('said')
    @Public()
    said(): string {
      return 'said';
    }
    @Get('forgotten')
    forgotten(): string {
      return 'forgotten';
    }
  }
  @Module({ imports: [DiscoveryModule], controllers: [Open] })
  class OpenModule {}

  it('stops the start', async () => {
    const app = await NestFactory.create(OpenModule, new FastifyAdapter(), { logger: false });
    expect(() => checkRoutes(app)).toThrow('Open.forgotten');
    expect(() => checkRoutes(app)).not.toThrow('Open.said');
    await app.close();
  });
});
