import { isPublicAddress } from './public-address.ts';
import { checkAddress, type AddressRules, type Resolve } from './webhook-address.ts';

/** First, last and one address of each range that is refused; then what lies beside it and is not. */
const REFUSED: readonly [string, ...string[]][] = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private 10/8', '10.0.0.0', '10.1.2.3', '10.255.255.255'],
  ['carrier-grade NAT', '100.64.0.0', '100.100.100.200', '100.127.255.255'],
  ['loopback', '127.0.0.1', '127.255.255.255'],
  ['link-local and metadata', '169.254.0.1', '169.254.169.254', '169.254.255.255'],
  ['private 172.16/12', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.1', '192.0.0.192'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ['6to4 relays', '192.88.99.1'],
  ['private 192.168/16', '192.168.0.1', '192.168.255.255'],
  ['benchmarks', '198.18.0.1', '198.19.255.255'],
  ['multicast', '224.0.0.1', '239.255.255.255'],
  ['reserved and broadcast', '240.0.0.1', '255.255.255.255'],
  ["a cloud's host agent", '168.63.129.16'],
  ['loopback and unspecified, IPv6', '::1', '::'],
  ['IPv4-mapped', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['NAT64', '64:ff9b::7f00:1', '64:ff9b:1::1'],
  ['unique-local and metadata, IPv6', 'fc00::1', 'fd00:ec2::254', 'fdff::1'],
  ['link-local, IPv6', 'fe80::1', 'fe80::1%1', 'febf::1'],
  ['site-local', 'fec0::1'],
  ['multicast, IPv6', 'ff02::1'],
  ['discard-only', '100::1'],
  ['Teredo, ORCHID, benchmarks', '2001::1', '2001:10::1', '2001:2::1'],
  ['documentation, IPv6', '2001:db8::1', '3fff::1'],
  ['6to4', '2002:7f00:1::'],
  ['no address', '', 'localhost', '1.2.3', '1.2.3.4.5', '0x7f.1'],
];
const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '128.0.0.1',
  '169.253.1.1',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.169.0.1',
  '198.20.0.1',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  '240e::1',
];

describe('public addresses', () => {
  it.each(REFUSED)('are not %s', (_, ...addresses) => {
    expect(addresses.filter((address) => isPublicAddress(address))).toEqual([]);
  });

  it('are all others', () => {
    expect(PUBLIC.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

describe("a partner's address", () => {
  const answers =
    (...addresses: readonly string[]): Resolve =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  const strict = (resolve: Resolve = answers('1.1.1.1')): AddressRules => ({ allowPrivate: false, resolve });
  const faultOf = async (text: string, rules = strict()): Promise<string> => {
    const checked = await checkAddress(text, rules);
    return checked.ok ? 'taken' : checked.problem.code;
  };

  it.each([
    ['https://partner.example/in?x=1', 'taken'],
    ['https://partner.example:8443/', 'taken'],
    ['https://1.1.1.1/', 'taken'],
    ['https://[2606:4700::1111]/', 'taken'],
    ['http://partner.example/', 'not-https'],
    ['ftp://partner.example/', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['partner.example', 'url-malformed'],
    ['https://', 'url-malformed'],
    ['https://user@partner.example/', 'credentials'],
    ['https://user:pass@partner.example/', 'credentials'],
    ['https://partner.example:22/', 'port'],
    ['https://partner.example:1023/', 'port'],
    ['https://127.0.0.1/', 'not-public'],
    ['https://2130706433/', 'not-public'],
    ['https://0x7f.1/', 'not-public'],
    ['https://0177.0.0.1/', 'not-public'],
    ['https://127.1/', 'not-public'],
    ['https://１２７.0.0.1/', 'not-public'],
    ['https://[::1]/', 'not-public'],
    ['https://[::ffff:127.0.0.1]/', 'not-public'],
    ['https://[fd00:ec2::254]/', 'not-public'],
    ['https://169.254.169.254/latest/meta-data/', 'not-public'],
  ])('%s is %s', async (text, said) => {
    expect(await faultOf(text)).toBe(said);
  });

  it('is refused when its name leads, or also leads, into the own network, or nowhere', async () => {
    const url = 'https://partner.example/';
    expect(await faultOf(url, strict(answers('10.0.0.1')))).toBe('not-public');
    expect(await faultOf(url, strict(answers('1.1.1.1', '10.0.0.1')))).toBe('not-public');
    expect(await faultOf(url, strict(answers('1.1.1.1', '::ffff:10.0.0.1')))).toBe('not-public');
    expect(await faultOf(url, strict(answers()))).toBe('unresolved');
    expect(
      await faultOf(
        url,
        strict(() => Promise.reject(new Error('ENOTFOUND'))),
      ),
    ).toBe('unresolved');
    expect(await faultOf('https://localhost/', strict(answers('127.0.0.1', '::1')))).toBe('not-public');
  });

  it('comes with the addresses to connect to, no others', async () => {
    const checked = await checkAddress('https://partner.example/', strict(answers('1.1.1.1', '2606:4700::1111')));
    expect(checked).toMatchObject({
      value: { addresses: [{ address: '1.1.1.1', family: 4 }, { address: '2606:4700::1111' }] },
    });
  });

  it('may be private and plain only where that is switched on; credentials and low ports never', async () => {
    const loose = { ...strict(answers('10.0.0.1')), allowPrivate: true };
    expect(await faultOf('http://127.0.0.1:8080/', loose)).toBe('taken');
    expect(await faultOf('https://partner.example/', loose)).toBe('taken');
    expect(await faultOf('http://127.0.0.1/', loose)).toBe('port');
    expect(await faultOf('http://a:b@127.0.0.1:8080/', loose)).toBe('credentials');
    expect(await faultOf('ftp://127.0.0.1:8080/', loose)).toBe('not-https');
  });
});
