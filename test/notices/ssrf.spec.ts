import { noticeSender, type Resolve, type Sent } from '#lib/notices';
import { Receiver } from '../kit/receiver.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';

const OUTSIDE = { address: '1.1.1.1', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };

describe('where a notice may go', () => {
  let receiver: Receiver;
  let tls: Receiver;
  beforeAll(async () => {
    [receiver, tls] = await Promise.all([Receiver.open(), Receiver.open({ key: TEST_KEY, cert: TEST_CERTIFICATE })]);
  });
  afterAll(() => Promise.all([receiver.close(), tls.close()]));

  const post = (address: string, options: Partial<Parameters<typeof noticeSender>[0]>): Promise<Sent> =>
    noticeSender({ allowPrivate: false, resolve: () => Promise.resolve([LOOPBACK]), ...options })({
      address,
      headers: {},
      text: '{"seq":1}',
    });

  it('is checked at each delivery: a name that moved into the own network is not followed', async () => {
    let answers = [LOOPBACK];
    const resolve: Resolve = () => Promise.resolve(answers);
    const url = tls.url('/', 'partner.test');
    expect(await post(url, { resolve, ca: TEST_CERTIFICATE })).toEqual({ status: null, fault: 'not-public' });
    answers = [OUTSIDE, LOOPBACK];
    expect(await post(url, { resolve, ca: TEST_CERTIFICATE })).toEqual({ status: null, fault: 'not-public' });
    answers = [];
    expect(await post(url, { resolve })).toEqual({ status: null, fault: 'unresolved' });
    expect(tls.received).toEqual([]);
  });

  it('is asked for once: the connection goes to the address that was checked', async () => {
    const asked: string[] = [];
    // A name that changes its answer with each question (DNS rebinding): the second one is nowhere.
    const resolve: Resolve = (host) => {
      asked.push(host);
      return Promise.resolve([asked.length === 1 ? LOOPBACK : { address: '127.0.0.2', family: 4 }]);
    };
    const url = receiver.url('/in', 'partner.test');
    expect(await post(url, { allowPrivate: true, resolve })).toEqual({ status: 204, fault: null });
    expect(asked).toEqual(['partner.test']);
    expect(receiver.received.at(-1)!.headers.host).toBe(`partner.test:${receiver.port}`);
  });

  it('is never another place that an answer names', async () => {
    const before = receiver.received.length;
    for (const status of [301, 302, 307, 308]) {
      receiver.answer = () => status;
      expect(await post(receiver.url('/in'), { allowPrivate: true })).toEqual({ status, fault: null });
    }
    receiver.answer = () => 204;
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/in', '/in', '/in', '/in']);
  });

  it('proves who it is: the certificate is held against the name', async () => {
    const to = (host: string, ca?: string): Promise<Sent> =>
      post(tls.url('/in', host), { allowPrivate: true, ...(ca ? { ca } : {}) });
    expect(await to('partner.test', TEST_CERTIFICATE)).toEqual({ status: 204, fault: null });
    expect(await to('other.test', TEST_CERTIFICATE)).toEqual({ status: null, fault: 'err-tls-cert-altname-invalid' });
    expect(await to('partner.test')).toEqual({ status: null, fault: 'depth-zero-self-signed-cert' });
    expect(tls.received).toHaveLength(1);
  });

  it('answers in time, or not at all; a closed port and a name that never resolves are said as such', async () => {
    const never: Resolve = () => new Promise(() => undefined);
    const soon = { allowPrivate: true, answerWithinMs: 30 };
    expect(await post('https://partner.test/', { ...soon, resolve: never })).toEqual({
      status: null,
      fault: 'timeout',
    });
    receiver.answer = () => 'silence';
    expect(await post(receiver.url('/in'), soon)).toEqual({ status: null, fault: 'timeout' });
    receiver.answer = () => 204;
    const closed = await Receiver.open();
    const url = closed.url();
    await closed.close();
    expect(await post(url, { allowPrivate: true })).toEqual({ status: null, fault: 'econnrefused' });
  });
});
