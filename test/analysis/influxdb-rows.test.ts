import { expect, test } from 'vitest';
import { csvRows } from '../../shared/analysis/stores/influxdb-rows.ts';

test.each<readonly [string, string, object]>([
  ['nothing', '', { rows: [] }],
  [
    'annotated rows',
    '#datatype,string,long,double\r\n#default,_result,,\r\n,result,table,_value\r\n,,0,1.5\r\n,a,1,\r\n\r\n',
    {
      rows: [
        { '': '', result: '', table: '0', _value: '1.5' },
        { '': '', result: 'a', table: '1', _value: '' },
      ],
    },
  ],
  ['quoted cells', 'a,b\n"x,""y""",z\n', { rows: [{ a: 'x,"y"', b: 'z' }] }],
  ['two tables', 'a\n1\n\nb\n2\n', { rows: [{ a: '1' }, { b: '2' }] }],
  ['an error behind rows', 'a\n1\n\n,error,reference\n,engine: stopped,897\n', { failed: 'engine: stopped' }],
  ['a row that is too short', 'a,b\n1\n', { failed: 'a row has other columns than its header' }],
  ['half an answer', 'a,b\n1,2', { failed: 'the answer breaks off' }],
])('CSV with %s is read as what it is', (_, text, found) => expect(csvRows(text)).toEqual(found));
