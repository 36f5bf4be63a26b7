import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { reportOf } from './finding.ts';
import { printed } from './print.ts';

test('a report reads by stream and model, with remedies, rows and a summary', () => {
  const report = reportOf(
    [],
    [
      {
        stream: 'persons',
        findings: [],
        models: [
          {
            model: 'identify',
            rows: 1200,
            findings: [
              {
                code: 'identify_rows',
                severity: 'info',
                message: 'Of 2 rows.',
                details: [{ condition: 'rows of nexus_entities', rows: 2000 }],
              },
              {
                code: 'email_invalid',
                severity: 'warning',
                message: 'No email.',
                mend: 'Mend it.',
                examples: [{ userId: ' a\n@x', timestamp: null, size: 3 }],
              },
            ],
          },
          { model: 'broken', findings: [{ code: 'does_not_compile', severity: 'error', message: 'No.' }] },
        ],
      },
    ],
  );
  expect(printed(report, new PassThrough())).toBe(`persons
  identify: 1,200 rows
    warning  No email. [email_invalid]
             → Mend it.
             userId=" a\\n@x"  timestamp=NULL  size=3
    info     Of 2 rows. [identify_rows]
                 2,000  rows of nexus_entities
  broken: not run
    error    No. [does_not_compile]

1 error, 1 warning
`);
});

test('a report is well unless a finding is an error', () => {
  const warning = { code: 'remark', severity: 'warning', message: '' } as const;
  expect(reportOf([warning], []).ok).toBe(true);
  expect(reportOf([{ ...warning, severity: 'error' }], []).ok).toBe(false);
});
