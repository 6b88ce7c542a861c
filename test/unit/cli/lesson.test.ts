import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

let headend: CommandLine;
beforeAll(() => {
  headend = new CommandLine();
});
afterAll(() => headend.remove());

describe('lesson', () => {
  test('lists incidents and scenarios', async () => {
    const { code, out } = await headend.run('lesson');
    expect(code).toBe(0);
    expect(out).toContain('  8  everybody-is-fine');
    expect(out).toContain('scenarios/dora-and-relay.yaml');
  });

  test.each([
    ['8', 'at the servers dhcp: 102 requests heard, 102 answers sent'],
    ['dark-street', 'at the servers dhcp: 0 requests heard, 0 answers sent'],
  ])('run %s shows the ticket and three sides, without a terminal no question', async (name, side) => {
    const { code, out, err } = await headend.run('lesson', 'run', name);
    expect(code).toBe(0);
    expect(out).toContain(' Ticket 47');
    expect(out).toContain('at the modems');
    expect(out).toContain('6 init(d)');
    expect(out).toContain(side);
    expect(out).not.toContain('HE-CAUSE');
    expect(err).toBe('');
  });

  test('run --at draws what a capture there shows, and decisions of nobody', async () => {
    const { code, out } = await headend.run('lesson', 'run', '14', '--at', 'core');
    expect(code).toBe(0);
    expect(out).toContain('DATA 1');
    expect(out).not.toContain('HE-FW');
  });

  test('causes lists what may be guessed, as text and as JSON', async () => {
    expect((await headend.run('lesson', 'causes')).out).toContain('shared-secret');
    const { out } = await headend.run('lesson', 'causes', '--json');
    expect(JSON.parse(out)).toMatchObject({ verdict: 'pass' });
    expect(out).toContain('HE-CAUSE-017');
  });

  test('a right guess shows the proof', async () => {
    const { code, out } = await headend.run('lesson', 'guess', '13', 'file', 'name');
    expect(code).toBe(0);
    expect(out).toContain('right');
    expect(out).toContain('HE-CAUSE-013, certain');
    expect(out).toContain('ERROR 1');
    expect(out).toContain('Bronze.cfg');
  });

  test('a wrong guess ends with 1 and does not earn the answer', async () => {
    const { code, out } = await headend.run('lesson', 'guess', '13', 'firewall');
    expect(code).toBe(1);
    expect(out).toContain('another thing');
    expect(out).not.toContain('Bronze.cfg');
    const asJson = await headend.run('lesson', 'guess', '13', 'firewall', '--json');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({ verdict: 'fail', right: false, number: 13 });
    expect(asJson.out).not.toContain('Bronze.cfg');
  });

  test.each([
    [['lesson', 'run', '99'], 'there is no lesson "99"'],
    [['lesson', 'run', 'dark-stret'], 'did you mean dark-street?'],
    [['lesson', 'run', '6', '--at', 'moon'], 'packets can be drawn at hfc, access, core'],
    [['lesson', 'guess', '6', 'firewal'], 'did you mean firewall?'],
    [['lesson', 'hint', '6', '9'], 'there are 3 hints'],
  ])('%j is refused with what to do', async (words, says) => {
    const { code, err } = await headend.run(...words);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  test('the trace of a lesson is explained, and so is a healthy one', async () => {
    await headend.run('lesson', 'run', '17', '--trace', 'lesson.trace');
    const wrong = await headend.run('explain', 'lesson.trace');
    expect(wrong.code).toBe(0);
    expect(wrong.out).toContain('HE-CAUSE-017, certain');
    expect(wrong.out).toMatch(/main\.js explain lesson\.trace#\d+$/m);
    const entry = await headend.run('explain', 'HE-CAUSE-17');
    expect(entry.out).toContain('HE-CAUSE-017');
    const damaged = headend.file(
      'damaged.trace',
      '{"kind":"headend-trace","format_version":1,"scenario":1,"plant":[]}\n',
    );
    const refused = await headend.run('explain', damaged);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('damaged.trace:1:1');
  });
});

test('the end of a failed run names the cause, and what to check next; a run that passes has none', async () => {
  const file = `${SCENARIOS}/incidents/06-dark-street.yaml`;
  const failed = await headend.run('run', file, '--expect', 'boot.p95 < 10s');
  expect(failed.code).toBe(1);
  expect(failed.out).toContain('cause          The relay has no helper address');
  expect(failed.out).toContain('check next     show the helper address of cmts');
  expect(failed.out).toMatch(/main\.js explain HE-CAUSE-006$/m);
  const { out } = await headend.run('run', file, '--expect', 'boot.p95 < 10s', '--json');
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'fail',
    causes: [{ id: 'HE-CAUSE-006', sure: 'certain' }],
  });
  const passed = await headend.run('run', file, '--json');
  expect(JSON.parse(passed.out)).not.toHaveProperty('causes');
});
