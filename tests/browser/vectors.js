/* Every test of tests/vectors/draw.json through reports/verifier/draw.js: what each came
   to, or the code that refused it. Asked by test_page_vectors.py, in a browser. */
function runVectors(D, tests) {
  'use strict';

  function bytesOf(given) {
    if (!given.hex && given.hex !== '') { return D.encode(given.text); }
    return Uint8Array.from((given.hex.match(/../g) || []).map(function (pair) {
      return parseInt(pair, 16);
    }));
  }
  function now(start) {
    var work = new D.Work(), out;
    start(work, function (made) { out = made; });
    work.drain();
    return out;
  }
  function tableOf(name, bytes, due) {
    return now(function (work, done) { D.readTable(work, name, bytes, due, done); });
  }

  var kinds = {
    ticket: function (g) {
      var out = new Int32Array(8), id = D.encode(g.id);
      new D.Tickets(g.key).lowest(id, 0, id.length, g.tickets, out, 0);
      return D.hexOf(out, 0);
    },
    order: function (g) { return new D.Tickets(g.key).hex(g.id + '#0'); },
    seed: function (g) { return D.parseSeed(bytesOf(g)); },
    key: function (g) { return D.keyOf(g.seed, g.salt); },
    commitment: function (g) { return D.commitmentOf(g.draw, g.party, g.secret); },
    drawn_salt: function (g) { return D.drawnSalt(g.salt, g.name); },
    value: function (g) { return { value: D.valueOf(g.source, g.line, g.draw) }; },
    name: function (g) {
      D.must(D.fits(g.what)(g.text), 'E801');
      var raw = D.encode('id\n' + g.text + '\n'); // the same, as the bytes of a table
      if (g.what === 'id') {
        tableOf('drawn.tsv', raw, { salted: false, priv: false, sealed: false });
      }
      return null;
    },
    quotas: function (g) {
      D.checkStrata(g.strata, g.total === null ? undefined : g.total, '', []);
      return D.quotas(g.strata, g.total);
    },
    select: function (g) {
      var head = 'id\tstratum\ttickets\n';
      // Rows in any order: the table is sorted, as a frozen one is.
      var rows = g.rows.slice().sort(function (a, b) { return D.compareText(a[0], b[0]); });
      var raw = D.encode(head + rows.map(function (row) {
        return row.join('\t') + '\n';
      }).join(''));
      var table = tableOf('strata.tsv', raw, { salted: false, priv: false, sealed: false });
      var announced = { strata: g.strata, total: g.total };
      var made = now(function (work, done) {
        D.select(work, g.key, table, announced, g.reserves, done);
      });
      function row(i) {
        return [table.id(i), g.strata[made.stratum[i]].name, made.rank[i],
          D.hexOf(made.words, 8 * i)];
      }
      return {
        selected: made.drawn.map(function (i, n) { return [n + 1].concat(row(i)); }),
        reserves: made.reserves.map(row)
      };
    },
    json: function (g) {
      D.parseJson(bytesOf(g));
      return { sha256: D.sha(bytesOf(g)) };
    },
    table: function (g) {
      var raw = bytesOf(g), hash;
      var priv = D.decode(raw, 0, Math.min(raw.length, 400));
      var table = tableOf(g.file, raw, {
        salted: g.visibility !== 'public', sealed: g.visibility === 'sealed',
        priv: priv !== null && priv.indexOf('\n#strata\t') > 0
      });
      var out = { sha256: '', bytes: raw.length, rows: table.rows };
      now(function (work) {
        D.hashBytes(work, raw, function (made) { out.sha256 = made; });
        D.treeHash(work, table, function (made) { hash = made; });
      });
      out.root = hash;
      if (table.salt !== null) { out.salt = table.salt; }
      if (table.strata !== null) { out.strata = D.canonical(table.strata, 0); }
      return out;
    },
    announcement: function (g) {
      var raw = D.encode(g.text), unknown = D.checkAnnouncement(D.parseJson(raw));
      return { commitment: D.sha(raw), unknown: unknown };
    }
  };

  return tests.map(function (test) {
    try {
      return { id: test.id, made: kinds[test.kind](test.input) };
    } catch (refusal) {
      if (!(refusal instanceof D.Refusal)) { return { id: test.id, broke: String(refusal.stack) }; }
      return { id: test.id, error: refusal.code };
    }
  });
}
