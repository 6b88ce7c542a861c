import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/api/failure.ts';
import { parseShard, shardOfEnvironment } from '../../../src/api/shard.ts';

describe('--shard', () => {
  test.each([
    { text: '1/1', shard: { index: 1, count: 1 } },
    { text: '3/8', shard: { index: 3, count: 8 } },
  ])('$text', ({ text, shard }) => {
    expect(parseShard(text)).toEqual(shard);
  });

  test.each(['0/8', '9/8', '3', '3/', '-1/2', '1/20000', 'a/b'])('none: %s', (text) => {
    expect(() => parseShard(text)).toThrow(UsageError);
  });
});

describe('the environment of an Indexed Job', () => {
  test.each([
    { name: 'no such pod', environment: {}, shard: undefined },
    {
      name: 'Kubernetes counts from 0',
      environment: { JOB_COMPLETION_INDEX: '0', HEADEND_SHARDS: '4' },
      shard: { index: 1, count: 4 },
    },
    {
      name: 'the last one',
      environment: { JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: '4' },
      shard: { index: 4, count: 4 },
    },
  ])('$name', ({ environment, shard }) => {
    expect(shardOfEnvironment(environment)).toEqual(shard);
  });

  test.each([
    {
      name: 'how many is not said',
      environment: { JOB_COMPLETION_INDEX: '0' },
      says: /HEADEND_SHARDS is not/,
    },
    {
      name: 'an index too far',
      environment: { JOB_COMPLETION_INDEX: '4', HEADEND_SHARDS: '4' },
      says: /counts from 0/,
    },
    {
      name: 'words',
      environment: { JOB_COMPLETION_INDEX: 'x', HEADEND_SHARDS: '4' },
      says: /is not a place/,
    },
  ])('$name', ({ environment, says }) => {
    expect(() => shardOfEnvironment(environment)).toThrow(says);
  });
});
