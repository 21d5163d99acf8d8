import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { demoUscc } from './firms.ts';

/** The provider's database: a table that its system writes, and a role that may read it and no more. */
export class Provider {
  readonly role = `reader_${randomUUID().slice(0, 8)}`;
  readonly password = 'Geheim-4711';
  private constructor(
    private readonly root: pg.Client,
    readonly admin: pg.Client,
    readonly name: string,
    readonly url: string,
  ) {}

  static async open(): Promise<Provider> {
    const adminUrl = new URL(process.env['TEST_PG_ADMIN_URL']!);
    const root = new pg.Client({ connectionString: adminUrl.toString() });
    await root.connect();
    const name = `provider_${randomUUID().replaceAll('-', '')}`;
    await root.query(`CREATE DATABASE ${name}`);
    adminUrl.pathname = `/${name}`;
    const admin = new pg.Client({ connectionString: adminUrl.toString() });
    await admin.connect();
    const url = new URL(adminUrl);
    const provider = new Provider(root, admin, name, '');
    url.username = provider.role;
    url.password = provider.password;
    await admin.query(`
      CREATE TABLE "T_WATER_BILL" ("ACCT_NO" varchar(20), "USC_CODE" varchar(100), "BILL_MON" char(6), "USE_QTY" numeric(12,2),
        "AMT" numeric(12,2), "PAY_STATUS" varchar(4), "PAY_TIME" timestamp, "UPD_TIME" timestamp, "OP_FLAG" char(1), "BATCH_NO" varchar(20));
      CREATE INDEX ON "T_WATER_BILL" ("UPD_TIME");
      CREATE ROLE ${provider.role} LOGIN PASSWORD '${provider.password}';
      GRANT SELECT ON "T_WATER_BILL" TO ${provider.role}`);
    return Object.assign(provider, { url: url.toString() });
  }

  /** One row as the provider's system writes it. */
  async write(firm: number, month: string, amount: number, at: string, op = 'I', account = `00${firm}`): Promise<void> {
    await this.admin.query(
      `INSERT INTO "T_WATER_BILL" VALUES ($1, $2, $3, 10, $4, '1', '2026-01-20 10:22:31.5', $5, $6, 'B1')`,
      [account, demoUscc(firm), month, amount, at, op],
    );
  }

  async close(): Promise<void> {
    await this.admin.query(`DROP OWNED BY ${this.role}; DROP ROLE ${this.role}`);
    await this.admin.end();
    await this.root.query(`DROP DATABASE ${this.name} WITH (FORCE)`);
    await this.root.end();
  }
}
