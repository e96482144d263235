/* The checks of a draw's folder: docs/spec/draw-v1.md §7, in plain ES5, on top of
   draw.js. Files in, findings out; verify.js puts them on the page.

   How to read it: `checkDraw` is the list of all steps. Above it stand reading files,
   telling them by content, and explaining what differs; below it looking up one target.
   A finding is agrees, differs, people (a value that a person must compare) or
   unchecked; never agrees unless it was computed here. */
(function (root) {
  'use strict';
  var D = root.DualrandomDraw;
  var SMALL = 4 << 20; // bytes: documents, and tables that are looked at as text
  var FRONT = ['draw.announce', 'draw.result', 'draw.abandon'];
  var LOGGED = { 'draw.announce': 'announce', 'draw.result': 'result', 'draw.abandon': 'abandon' };

  // ------------------------------------------------------------------ reading files

  /* Read files one after another, in slices; then done([{name, top, bytes}]). */
  function readFiles(files, told, done) {
    var out = [], total = 0, before = 0;
    files.forEach(function (file) { total += file.blob.size; });
    function next() {
      var file = files[out.length], bytes, at = 0, reader;
      if (!file) { done(out); return; }
      bytes = new Uint8Array(file.blob.size);
      reader = new FileReader();
      function slice() {
        told(total ? (before + at) / total : 1);
        if (at >= bytes.length) {
          before += at;
          out.push({ name: file.name, top: file.top, bytes: bytes });
          next();
          return;
        }
        reader.readAsArrayBuffer(file.blob.slice(at, at + (4 << 20)));
      }
      reader.onload = function () {
        bytes.set(new Uint8Array(reader.result), at);
        at += 4 << 20;
        slice();
      };
      reader.onerror = function () {
        out.push({ name: file.name, top: file.top, bytes: new Uint8Array(0), bad: true });
        next();
      };
      slice();
    }
    next();
  }

  /* Replace every zip by what is in it; then done(files). */
  function unzipAll(files, done) {
    var out = [], waiting = 1;
    function finished() { waiting -= 1; if (waiting === 0) { done(out); } }
    files.forEach(function (file) {
      var b = file.bytes;
      if (!(b[0] === 0x50 && b[1] === 0x4b && (b[2] === 3 || b[2] === 5))) { out.push(file); return; }
      zipMembers(file).forEach(function (member) {
        waiting += 1;
        inflate(member, function (bytes) {
          out.push({ name: member.name, top: member.top, bytes: bytes || new Uint8Array(0),
            bad: !bytes });
          finished();
        });
      });
    });
    finished();
  }

  /* The members of a zip, by its central directory. One folder at the top names the
     draw; else the zip's own name does (draw §2). */
  function zipMembers(file) {
    var b = file.bytes, view = new DataView(b.buffer), out = [], at = b.length - 22, n, tops;
    function two(i) { return view.getUint16(i, true); }
    function four(i) { return view.getUint32(i, true); }
    while (at >= 0 && four(at) !== 0x06054b50) { at -= 1; }
    try {
      n = two(at + 10);
      at = four(at + 16);
      for (; n > 0; n -= 1) {
        var start = four(at + 42), long = two(at + 28), data = start + 30 + two(start + 26) +
          two(start + 28);
        out.push({ name: D.decode(b, at + 46, at + 46 + long) || '?', method: two(at + 10),
          size: four(at + 24), bytes: b.subarray(data, data + four(at + 20)) });
        at += 46 + long + two(at + 30) + two(at + 32);
      }
    } catch (torn) { return [{ name: file.name, method: -1, size: 0, bytes: b }]; }
    tops = out.map(function (member) { return member.name.split('/')[0]; });
    out = out.filter(function (member) { return member.name.slice(-1) !== '/'; });
    out.forEach(function (member) {
      var inside = member.name.indexOf('/') > 0 && tops.every(function (top) {
        return top === tops[0] && top !== 'log';
      });
      member.top = inside ? tops[0] : file.name.replace(/\.zip$/i, '');
      if (inside) { member.name = member.name.slice(tops[0].length + 1); }
    });
    return out;
  }

  /* Sites of this office hold stored zips; others may deflate. */
  function inflate(member, done) {
    var stream;
    if (member.method === 0 && member.bytes.length === member.size) { done(member.bytes); return; }
    if (member.method !== 8 || !root.DecompressionStream || member.size > (1 << 30)) {
      done(null);
      return;
    }
    stream = new Blob([member.bytes]).stream().pipeThrough(
      new root.DecompressionStream('deflate-raw'));
    new root.Response(stream).arrayBuffer().then(function (made) {
      done(made.byteLength === member.size ? new Uint8Array(made) : null);
    }, function () { done(null); });
  }

  // ------------------------------------------------------------- telling by content

  /* The text at a file's beginning, whatever an editor made of it. */
  function beginning(bytes) {
    var utf16 = bytes[0] === 0xff && bytes[1] === 0xfe, out = '', i;
    for (i = 0; i < Math.min(bytes.length, 4096); i += 1) {
      if (!(utf16 && (i < 2 || bytes[i] === 0))) { out += String.fromCharCode(bytes[i]); }
    }
    return out.replace(/^\u00ef\u00bb\u00bf/, '');
  }

  /* What a file is: its name in the folder (draw §2), or '' if it is none of these. Where
     the content says nothing, its name claims it, and the content will be refused. */
  function kindOf(file) {
    var kind = kindByContent(file), documents = ['announcement.json', 'randomness.json',
      'seed.txt', 'result.json'];
    return kind || (D.has(D.TABLES, file.name) || documents.indexOf(file.name) >= 0 ||
      /^log\/(announce|result|abandon)\.entry$/.test(file.name) ? file.name : '');
  }
  function kindByContent(file) {
    var text = beginning(file.bytes), first = text.split('\n')[0].replace(/[\r"]/g, '');
    var base = file.name.split('/').pop(), act, kind = '';
    if (/^dualrandom\//.test(text)) { return 'seed.txt'; }
    if (/^c2sp\.org\/tlog-proof/.test(text) || /\.tlog-proof$/.test(base)) { return 'proof'; }
    if (/^\s*\[/.test(text)) { return 'randomness.json'; }
    if (/^\s*\{/.test(text)) {
      act = /^\{"act":"(draw\.[a-z]+)"/.exec(text);
      if (act) { return LOGGED[act[1]] ? 'log/' + LOGGED[act[1]] + '.entry' : ''; }
      text = file.bytes.length < SMALL ? D.decode(file.bytes) || text : text;
      if (/"seed_file"\s*:/.test(text)) { return 'result.json'; }
      return /"randomness"\s*:/.test(text) ? 'announcement.json' : '';
    }
    Object.keys(D.TABLES).forEach(function (name) {
      var columns = D.TABLES[name].columns;
      // One header serves two tables: there the name decides.
      if (first.split(/[\t,;]/).join() === columns.join() && (!kind || name === base)) {
        kind = name;
      }
    });
    return kind;
  }

  // ------------------------------------------------------ why a file is another one

  /* Undo what editors do, one step after another, until the digest is the one that was
     announced; {found: [reasons], sure}. */
  function explain(bytes, due) {
    var text, found = [], lines, head;
    function now(reason, changed) {
      if (changed === text) { return false; }
      text = changed;
      found.push(reason);
      return D.sha(text) === due;
    }
    if (bytes.length > SMALL) { return { found: [], sure: false }; }
    text = D.decode(bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) {
      text = null;
      if (now('utf16', foreign(bytes.subarray(2), 'utf-16le'))) { return sure(found); }
    } else if (text === null) {
      if (now('gbk', foreign(bytes, 'gb18030'))) { return sure(found); }
    }
    if (text === null) { return { found: found, sure: false }; }
    if (now('bom', text.replace(/^\ufeff/, ''))) { return sure(found); }
    if (now('crlf', text.replace(/\r\n?/g, '\n'))) { return sure(found); }
    if (now('blank', text.replace(/\n*$/, '\n'))) { return sure(found); }
    head = text.split('\n')[0];
    if (head.indexOf('\t') < 0 && head.indexOf(',') > 0 &&
        now('csv', text.replace(/,/g, '\t').replace(/"/g, ''))) { return sure(found); }
    lines = text.slice(0, -1).split('\n');
    if (now('order', resorted(lines))) { return sure(found); }
    if (found[found.length - 1] === 'order') { found.pop(); }
    if (lines.some(function (line) { return /(^|\t|,)\d(\.\d+)?E\+\d+/.test(line); })) {
      found.push('float');
    }
    return { found: found, sure: false };
  }
  function sure(found) { return { found: found, sure: true }; }
  function foreign(bytes, label) {
    try { return new root.TextDecoder(label, { fatal: true }).decode(bytes); } catch (none) {
      return null;
    }
  }
  function resorted(lines) {
    var head = 1, rest;
    while (lines[head] && lines[head].charAt(0) === '#') { head += 1; }
    rest = lines.slice(head);
    if (/^order\t/.test(lines[0])) {
      rest.sort(function (a, b) { return parseInt(a, 10) - parseInt(b, 10); });
    } else { rest.sort(D.compareText); }
    return lines.slice(0, head).concat(rest).join('\n') + '\n';
  }

  /* The ids of a table as text, however broken the table is. */
  function idsOf(bytes) {
    var text = bytes.length > SMALL ? null
      : D.decode(bytes) || foreign(bytes, 'utf-16le') || foreign(bytes, 'gb18030');
    if (text === null) { return null; }
    var lines = text.replace(/^\ufeff/, '').replace(/"/g, '').split(/\r\n|\n|\r/);
    var at = lines[0].split(/[\t,]/).indexOf('id');
    return lines.slice(1).filter(function (line) {
      return line !== '' && line.charAt(0) !== '#';
    }).map(function (line) { return line.split(/[\t,]/)[at] || ''; });
  }
  function without(a, b) {
    var there = {};
    b.forEach(function (id) { there['=' + id] = true; });
    return a.filter(function (id) { return !D.has(there, '=' + id); });
  }
  /* Sentences about two lists of ids that should be the same. */
  function compareIds(here, there, name) {
    var extra, gone, zeros;
    if (here === null || there === null) { return []; }
    extra = without(here, there);
    gone = without(there, here);
    zeros = gone.filter(function (id) {
      return id.charAt(0) === '0' && extra.indexOf(id.replace(/^0+/, '')) >= 0;
    });
    if (zeros.length) { return [['zeros', { ids: some(zeros) }]]; }
    return (gone.length ? [['gone', { ids: some(gone), n: gone.length, other: name }]] : [])
      .concat(extra.length ? [['extra', { ids: some(extra), n: extra.length, other: name }]] : []);
  }
  function some(ids) { return ids.slice(0, 5).join(', ') + (ids.length > 5 ? ' …' : ''); }

  // ---------------------------------------------------------------- all the steps

  /* Check a draw's files; then done(state), whose `findings` are in the order of §7.
     A finding: {check, file, published: [lines], computed: [lines], verdict, why:
     [[key, params]]}. */
  function checkDraw(work, files, done) {
    var s = { found: {}, proofs: [], findings: [], tables: {}, odd: [], tops: {} };
    files.forEach(function (file) {
      var kind = kindOf(file);
      if (kind === 'proof') { s.proofs.push(file); return; }
      if (kind === '' || file.bad) { s.odd.push(file); return; }
      (s.found[kind] = s.found[kind] || []).push(file);
      if (file.top) { s.tops[file.top] = true; }
    });
    Object.keys(s.found).forEach(function (kind) {
      s.found[kind].forEach(function (file) {
        D.hashBytes(work, file.bytes, function (digest) { file.sha = digest; });
      });
    });
    work.then(function () { onlyOne(s); });
    [checkFolder, checkAnnouncement, checkFrozen, checkRelations, checkSeed, checkResult,
      checkSelection, checkDrawnAlone, checkLater, checkLog].forEach(function (step) {
      work.attempt(function () { step(s, work); }, function (refusal) {
        tell(s, step.title, refusal.file || step.file, refused(refusal));
      });
    });
    work.then(function () { done(s); });
  }

  function tell(s, check, file, more) {
    s.findings.push({ check: check, file: file || '', published: more.published || [],
      computed: more.computed || [], verdict: more.verdict || 'agrees', why: more.why || [] });
  }
  function refused(refusal) {
    return { verdict: refusal.code === 'E805' ? 'unchecked' : 'differs',
      why: [[refusal.code, refusal.params]].concat(
        refusal.params.also ? editing(refusal.params.also) : []) };
  }
  function unchecked(key, params) { return { verdict: 'unchecked', why: [[key, params || {}]] }; }
  /* Published against computed, in pairs of lines. */
  function compared(published, computed) {
    var lines = [].concat(published), made = [].concat(computed);
    return { published: lines, computed: made, verdict: lines.every(function (line, i) {
      return line === made[i];
    }) ? 'agrees' : 'differs' };
  }

  /* Of several files that look like one, take the one whose digest is announced. */
  function onlyOne(s) {
    var texts = ['announcement.json', 'result.json'].map(function (kind) {
      return (s.found[kind] || []).map(function (file) { return D.decode(file.bytes); }).join();
    }).join();
    Object.keys(s.found).forEach(function (kind) {
      var all = s.found[kind];
      var used = all.filter(function (file) { return texts.indexOf(file.sha) >= 0; })[0] || all[0];
      used.several = all.filter(function (file) { return file.sha !== used.sha; }).map(
        function (file) { return file.name; });
      s.found[kind] = used;
    });
  }

  checkFolder.title = 'folder';
  function checkFolder(s) {
    s.odd.forEach(function (file) {
      tell(s, 'folder', file.name, unchecked(file.bad ? 'unreadable' : 'unlisted'));
    });
    Object.keys(s.found).forEach(function (kind) {
      if (s.found[kind].several.length) {
        tell(s, 'folder', kind, unchecked('several', { used: s.found[kind].name,
          others: s.found[kind].several.join(', ') }));
      }
    });
  }

  /* Read a document; a byte that an editor changed is explained. */
  function readDocument(s, name, due, read) {
    var file = s.found[name];
    D.must(file.bytes.length < SMALL, 'E802');
    try { return read(file.bytes); } catch (refusal) {
      if (refusal instanceof D.Refusal) {
        refusal.file = name;
        refusal.params.also = explain(file.bytes, due);
      }
      throw refusal;
    }
  }
  function tellUnknown(s, check, file, unknown) {
    if (unknown.length) {
      tell(s, check, file, unchecked('unknown', { fields: unknown.join(', ') }));
    }
  }

  checkAnnouncement.title = 'announcement';
  checkAnnouncement.file = 'announcement.json';
  function checkAnnouncement(s) {
    var file = s.found['announcement.json'], seed = s.found['seed.txt'], value, unknown, top;
    if (!file) { tell(s, 'announcement', 'announcement.json', unchecked('no-announcement')); return; }
    value = readDocument(s, 'announcement.json',
      seed ? (D.decode(seed.bytes) || '').split('\n')[1] : '', D.parseJson);
    unknown = D.checkAnnouncement(value);
    s.notice = value;
    s.commitment = file.sha;
    tell(s, 'announcement', 'announcement.json', { computed: [file.sha] });
    tellUnknown(s, 'announcement', 'announcement.json', unknown);
    top = Object.keys(s.tops);
    if (top.length === 1) { tell(s, 'name', '', compared(value.draw, top[0])); }
  }
  function editing(made) {
    return made.found.map(function (reason) { return [reason, {}]; }).concat(
      made.sure ? [['undone', {}]] : []);
  }

  function size(said) { return [said.sha256, ['rows', said.rows], ['bytes', said.bytes]]; }
  /* The lines of a file that start a record, counted as `wc -l` would. */
  function countRows(bytes) {
    var rows = -1, i;
    for (i = 0; i < bytes.length; i += 1) {
      if (bytes[i] === 10) { rows += bytes[i + 1] === 35 ? 0 : 1; }
    }
    return Math.max(0, rows);
  }

  /* One table: digest, rows, bytes as said, and its grammar (§7 step 3). */
  function checkTable(s, work, name, said, seen) {
    var file = s.found[name], more;
    if (!file) {
      more = unchecked(seen === 'public' ? 'absent' : seen === 'sealed' ? 'sealed' : 'withheld',
        { date: s.notice.release });
      more.published = size(said);
      tell(s, 'table', name, more);
      return;
    }
    function told(more, rows) {
      more.published = size(said);
      if (more.verdict === 'differs') {
        more.why = (more.why || []).concat(whyTable(s, name, file, said, rows));
      }
      tell(s, 'table', name, more);
    }
    work.attempt(function () {
      D.readTable(work, name, file.bytes, { salted: seen !== 'public',
        priv: name === 'strata.tsv' && D.has(s.notice, 'strata_private'),
        sealed: D.has(s.notice, 'release') }, function (table) {
        s.tables[name] = table;
        told({ computed: size({ sha256: file.sha, rows: table.rows, bytes: file.bytes.length }),
          verdict: said.sha256 === file.sha && said.rows === table.rows &&
            said.bytes === file.bytes.length ? 'agrees' : 'differs' }, table.rows);
      });
    }, function (refusal) {
      var more = refused(refusal);
      more.computed = [file.sha, ['bytes', file.bytes.length]];
      told(more, file.bytes.length > SMALL ? null : countRows(file.bytes));
    });
  }
  function whyTable(s, name, file, said, rows) {
    var sister = { 'targets.tsv': 'strata.tsv', 'strata.tsv': 'targets.tsv' }[name];
    var why = explain(file.bytes, said.sha256), out = editing(why);
    if (why.sure || said.sha256 === file.sha) { return out; }
    if (rows !== null && rows !== said.rows) {
      out.push([rows < said.rows ? 'fewer' : 'more', { found: rows, due: said.rows }]);
    }
    if (sister && s.found[sister]) {
      out = out.concat(compareIds(idsOf(file.bytes), idsOf(s.found[sister].bytes), sister));
    }
    return out.length ? out : [['changed', {}]];
  }

  checkFrozen.title = 'table';
  function checkFrozen(s, work) {
    if (!s.notice) { return; }
    D.FROZEN.forEach(function (name) {
      checkTable(s, work, name, s.notice.files[name], s.notice.visibility[name]);
    });
    work.then(function () {
      var due = s.notice.files['targets.tsv'].root, targets = s.tables['targets.tsv'];
      if (!due || !targets) { return; }
      D.treeHash(work, targets, function (made) {
        tell(s, 'root', 'targets.tsv', compared(due, made));
      });
    });
  }

  /* What the tables owe each other and the announcement. */
  checkRelations.title = 'relations';
  function checkRelations(s, work) {
    var targets = s.tables['targets.tsv'], strata = s.tables['strata.tsv'];
    var announced, listed, away = 0;
    if (targets && strata) {
      work.loop(Math.min(targets.rows, strata.rows), function (i) {
        if (D.compareBytes(targets.bytes, targets.from[i], targets.mid[i],
          strata.bytes, strata.from[i], strata.mid[i]) !== 0) { away += 1; }
      });
      work.then(function () {
        var good = away === 0 && targets.rows === strata.rows;
        tell(s, 'same-ids', 'targets.tsv, strata.tsv', {
          published: [['rows', targets.rows]], computed: [['rows', strata.rows]],
          verdict: good ? 'agrees' : 'differs', why: good ? [] : [['E816', {}]].concat(
            compareIds(idsOf(targets.bytes), idsOf(strata.bytes), 'strata.tsv'))
        });
      });
    }
    exclusions(s, 'targets', 'targets.tsv', 'exclusions.tsv');
    exclusions(s, 'inspectors', 'inspectors.tsv', 'inspector-exclusions.tsv');
    if (s.notice && /^(same|cross)$/.test(s.notice.area)) {
      checkRegions(s, work, targets, 2);
      checkRegions(s, work, s.tables['inspectors.tsv'], 3);
    }
    // Rules about strata are those of the announcement, or of the line in strata.tsv.
    if (!s.notice) { return; }
    announced = s.notice;
    if (D.has(s.notice, 'strata_private')) {
      if (!strata) { return; }
      announced = strata.strata instanceof Array ? { strata: strata.strata } : strata.strata;
      D.must(announced.strata === strata.strata || D.has(announced, 'total'), 'E801',
        { field: '#strata' });
      D.checkStrata(announced.strata, announced.total, '#strata', []);
    }
    s.quotas = D.quotas(announced.strata, announced.total);
    s.announced = announced;
    // A supplementary draw adds people: it has one stratum, and draws all of it (draw §6).
    D.must(!s.notice.supersedes || s.notice.supersedes.reason !== 'staffing' ||
      (s.quotas.length === 1 && s.quotas[0] === announced.strata[0].rows), 'E861');
    tell(s, 'quotas', '', { computed: s.quotas.map(function (quota, i) {
      return ['quota', announced.strata[i].name, announced.strata[i].rows, quota];
    }) });
    listed = sum(announced.strata.map(function (one) { return one.rows; }));
    tell(s, 'rows', '', compared([s.notice.files['targets.tsv'].rows,
      s.notice.files['strata.tsv'].rows], [listed, listed]));
  }
  function sum(numbers) { return numbers.reduce(function (a, b) { return a + b; }, 0); }
  /* Nobody both listed and left out; the reasons counted as announced. */
  function exclusions(s, list, listed, left) {
    var all = s.tables[listed], out = s.tables[left], counts = {}, due = {}, both = [], i, reason;
    if (!s.notice || !out) { return; }
    for (i = 0; i < out.rows; i += 1) {
      reason = '=' + out.cells(i)[1];
      counts[reason] = (counts[reason] || 0) + 1;
      if (all && all.find(out.bytes, out.from[i], out.mid[i]) >= 0) { both.push(out.id(i)); }
    }
    s.notice.excluded.forEach(function (one) {
      if (one.list === list && one.count > 0) { due['=' + one.reason] = one.count; }
    });
    tell(s, 'excluded', left, {
      published: reasons(due), computed: reasons(counts),
      verdict: both.length || D.canonical(due, 0) !== D.canonical(counts, 0) ? 'differs' : 'agrees',
      why: both.length ? [['E818', { ids: some(both) }]] : []
    });
  }
  function reasons(counts) {
    return Object.keys(counts).sort().map(function (key) {
      return ['reason', key.slice(1), counts[key]];
    });
  }
  function checkRegions(s, work, table, column) {
    var empty = [];
    if (!table) { return; }
    work.loop(table.rows, function (i) {
      if (table.cells(i)[column] === '') { empty.push(table.id(i)); }
    });
    work.then(function () {
      tell(s, 'regions', table.name, { verdict: empty.length ? 'differs' : 'agrees',
        why: empty.length ? [['E820', { ids: some(empty) }]] : [] });
    });
  }

  /* seed.txt, source by source (draw §4). */
  checkSeed.title = 'seed';
  checkSeed.file = 'seed.txt';
  function checkSeed(s) {
    var result = s.found['result.json'], sources, seed, proofs, due;
    if (!s.notice) { return; }
    if (!s.found['seed.txt']) { tell(s, 'seed', 'seed.txt', unchecked('not-drawn')); return; }
    due = result && /"seed_file":"([0-9a-f]{64})"/.exec(D.decode(result.bytes) || '');
    seed = readDocument(s, 'seed.txt', due ? due[1] : '', D.parseSeed);
    tell(s, 'commitment', 'seed.txt', compared(seed.commitment, s.commitment));
    s.seed = seed.seed;
    sources = s.notice.randomness;
    D.must(seed.lines.length === sources.length, 'E601');
    if (s.found['randomness.json']) {
      proofs = readDocument(s, 'randomness.json', '', function (bytes) {
        var value = D.parseJson(bytes);
        D.must(value instanceof Array && value.length === sources.length &&
          value.every(D.isObject), 'E831');
        return value;
      });
    } else { tell(s, 'source', 'randomness.json', unchecked('absent')); }
    sources.forEach(function (source, i) {
      checkSource(s, source, seed.lines[i], proofs ? proofs[i] : null);
    });
  }
  function checkSource(s, source, line, proof) {
    var value, more = { published: [line] }, outside = { drand: true, nist: true };
    try {
      if (!D.isKnown(source)) {
        D.must(line.split(' ')[0] === source.kind && !/(^| )( |$)/.test(line), 'E602',
          { line: line });
        tell(s, 'source', 'seed.txt', unchecked('unknown', { fields: source.kind }));
        return;
      }
      value = D.valueOf(source, line, s.notice.draw);
      if (source.kind === 'sealed') {
        more = compared(source.commitment, D.commitmentOf(s.notice.draw, source.party, value));
        more.published.push(line);
      } else if (source.kind === 'dice' || source.kind === 'lottery') {
        more.verdict = 'people';
        more.why = [[source.kind, {}]];
      } else if (outside[source.kind] && proof) {
        more.computed = [proven(source, proof)];
        more.verdict = more.computed[0] === value ? 'unchecked' : 'differs';
        more.why = [[more.verdict === 'differs' ? 'E832' : 'beacon', {}]];
      } else {
        more.verdict = 'unchecked';
        more.why = [[source.kind === 'local' ? 'local' : 'beacon', {}]];
      }
    } catch (refusal) {
      if (!(refusal instanceof D.Refusal)) { throw refusal; }
      more = refused(refusal);
      more.published = [line];
    }
    tell(s, 'source', 'seed.txt', more);
  }
  /* The value that a proof speaks of: drand's randomness is SHA-256 of its signature. */
  function proven(source, proof) {
    var hex = proof && proof.signature, out = [], i;
    if (source.kind === 'nist') {
      return proof && proof.pulse ? String(proof.pulse.outputValue).toLowerCase() : '';
    }
    D.must(D.fits('hex')(hex), 'E832');
    for (i = 0; i < hex.length; i += 2) { out.push(parseInt(hex.substr(i, 2), 16)); }
    return D.sha(new Uint8Array(out));
  }

  checkResult.title = 'result';
  checkResult.file = 'result.json';
  function checkResult(s, work) {
    var value, unknown;
    if (!s.notice) { return; }
    if (!s.found['result.json']) { tell(s, 'result', 'result.json', unchecked('not-drawn')); return; }
    value = readDocument(s, 'result.json', '', D.parseJson);
    unknown = D.checkResult(value, s.notice);
    s.result = value;
    tell(s, 'result', 'result.json', compared([value.draw, value.commitment],
      [s.notice.draw, s.commitment]));
    tellUnknown(s, 'result', 'result.json', unknown);
    drawnCounts(s, value);
    [['seed_file', 'seed.txt'], ['randomness_file', 'randomness.json']].forEach(function (pair) {
      var made = s.found[pair[1]], more;
      if (!made) { return; }
      more = compared(value[pair[0]], made.sha);
      if (more.verdict === 'differs') { more.why = editing(explain(made.bytes, value[pair[0]])); }
      tell(s, 'result-file', pair[1], more);
    });
    Object.keys(value.files).filter(function (name) { return D.has(D.TABLES, name); }).forEach(
      function (name) { checkTable(s, work, name, value.files[name], value.visibility[name]); });
  }

  /* As many as the quotas say, wherever a number stands. */
  function drawnCounts(s, result) {
    var due = s.quotas ? sum(s.quotas) : result.drawn;
    tell(s, 'drawn-count', 'result.json', compared(
      [result.drawn, result.files['drawn.tsv'].rows, result.files['selected.tsv'].rows],
      [due, due, due]));
  }

  /* The draw again: tickets, ranks, quotas, order (draw §5). */
  checkSelection.title = 'selection';
  function checkSelection(s, work) {
    var strata = s.tables['strata.tsv'], seen, salts = {};
    if (!s.notice || !s.seed) { return; }
    if (!strata || !s.announced) {
      tell(s, 'selection', 'selected.tsv', unchecked(
        s.found['strata.tsv'] ? 'strata-broken' : 'no-strata'));
      return;
    }
    seen = s.notice.visibility['strata.tsv'];
    s.key = D.keyOf(s.seed, seen === 'public' ? null : strata.salt);
    if (seen !== 'public') { salts = saltsOf(s); }
    D.select(work, s.key, strata, s.announced,
      s.notice.reserves ? s.notice.reserves.ratio : '', function (made) {
        s.made = made;
        D.drawnTables(work, strata, made, s.announced.strata, salts, function (tables) {
          compareDrawn(s, work, tables);
        });
      });
  }
  /* Salts of drawn tables follow from that of inspectors.tsv (draw §1). */
  function saltsOf(s) {
    var from = s.tables['inspectors.tsv'], salts = {};
    ['selected.tsv', 'reserves.tsv', 'drawn.tsv'].forEach(function (name) {
      var table = s.tables[name];
      if (name === 'drawn.tsv' && s.notice.visibility['targets.tsv'] === 'public') { return; }
      salts[name] = from ? D.drawnSalt(from.salt, name) : table ? table.salt : null;
      if (!from && table) { tell(s, 'selection', name, unchecked('salt')); }
    });
    return salts;
  }
  function compareDrawn(s, work, tables) {
    var due = ['selected.tsv', 'drawn.tsv'].concat(s.notice.reserves ? ['reserves.tsv'] : []);
    due.forEach(function (name) {
      var said = s.result && s.result.files[name], file = s.found[name];
      D.hashBytes(work, tables[name], function (digest) {
        var more = { computed: [digest], published: [said && !(file && file.sha !== digest) ? said.sha256 : file ? file.sha : ''] };
        if (!said && !file) { return; }
        if (said && s.result.visibility[name] !== 'public' && !s.tables['inspectors.tsv'] &&
            !s.tables[name]) { tell(s, 'selection', name, unchecked('withheld')); return; }
        more.verdict = (!said || said.sha256 === digest) && (!file || file.sha === digest)
          ? 'agrees' : 'differs';
        if (more.verdict === 'differs') {
          more.why = file ? drawnIds(idsOf(file.bytes), idsOf(tables[name])) : [['E836', {}]];
        }
        tell(s, 'selection', name, more);
      });
    });
  }
  /* Who stands there and should not, and the other way round. */
  function drawnIds(here, due) {
    var out = [], extra = here && due ? without(here, due) : [], gone = here && due
      ? without(due, here) : [];
    if (gone.length) { out.push(['not-there', { ids: some(gone), n: gone.length }]); }
    if (extra.length) { out.push(['not-due', { ids: some(extra), n: extra.length }]); }
    return out.length ? out : [['E836', {}]];
  }

  /* What can be said of drawn.tsv even where strata are private. */
  checkDrawnAlone.title = 'drawn';
  function checkDrawnAlone(s, work) {
    var drawn = s.tables['drawn.tsv'], targets = s.tables['targets.tsv'], strange = [];
    if (!drawn || !targets) { return; }
    work.loop(drawn.rows, function (i) {
      if (targets.find(drawn.bytes, drawn.from[i], drawn.mid[i]) < 0) { strange.push(drawn.id(i)); }
    });
    work.then(function () {
      tell(s, 'drawn-listed', 'drawn.tsv', { verdict: strange.length ? 'differs' : 'agrees',
        why: strange.length ? [['E838', { ids: some(strange) }]] : [] });
    });
  }

  checkLater.title = 'teams';
  function checkLater(s) {
    if (!s.notice) { return; }
    tell(s, 'teams', 'teams.tsv', unchecked('teams'));
    if (s.found['reserves.tsv'] && !s.notice.reserves) {
      tell(s, 'table', 'reserves.tsv', { verdict: 'differs', why: [['E834', {}]] });
    }
    ['replacements.tsv', 'substitutions.tsv'].forEach(function (name) {
      if (s.found[name]) { tell(s, 'later', name, unchecked('later')); }
    });
  }

  // ------------------------------------------------------------ the log (log-v1 §5)

  checkLog.title = 'log';
  function checkLog(s) {
    var any = false;
    if (!s.notice) { return; }
    FRONT.forEach(function (act) {
      var name = 'log/' + LOGGED[act] + '.entry', file = s.found[name];
      if (!file) { return; }
      any = true;
      try { checkEntry(s, act, name, file); } catch (refusal) {
        if (!(refusal instanceof D.Refusal)) { throw refusal; }
        tell(s, 'entry', name, refused(refusal));
      }
    });
    if (s.found['log/abandon.entry'] && (s.found['log/result.entry'] || s.found['result.json'])) {
      tell(s, 'entry', 'log/', { verdict: 'differs', why: [['two-ends', {}]] });
    }
    if (!any) { tell(s, 'entry', 'log/', unchecked('no-log')); }
    tell(s, 'signatures', any ? 'log/' : '', unchecked('signatures'));
  }
  /* An entry: one line of JSON, an empty line, signatures (log-v1 §3). */
  function checkEntry(s, act, name, file) {
    var bytes = file.bytes, end = 0, entry, leaf = new Int32Array(8), buffer, body, result, i;
    D.must(bytes.length <= 65535, 'E850');
    while (end < bytes.length && bytes[end] !== 10) { end += 1; }
    entry = D.parseJson(bytes.subarray(0, end + 1), true);
    body = entry && entry.body;
    D.must(bytes[end + 1] === 10 && body && typeof entry.seq === 'number', 'E850');
    result = act === 'draw.result' ? s.found['result.json'] : null;
    tell(s, 'entry', name, compared(
      [body.draw, body.commitment].concat(result ? [body.result] : []),
      [s.notice.draw, s.commitment].concat(result ? [result.sha] : [])));
    buffer = new Uint8Array(bytes.length + 80);
    buffer.set(bytes, 1);
    D.hashBuffer(buffer, bytes.length + 1, leaf, 0);
    for (i = 0; i < s.proofs.length; i += 1) {
      if (proofOf(s, name, entry, leaf, s.proofs[i])) { return; }
    }
    tell(s, 'proof', name, unchecked('no-proof'));
  }
  /* Whether a proof file is for this entry; if so, tell whether it leads to its root. */
  function proofOf(s, name, entry, leaf, file) {
    var parts = (D.decode(file.bytes) || '').split('\n\n'), lines = parts[0].split('\n');
    var head = lines.filter(function (line) { return !/^extra /.test(line); });
    var index = /^index (0|[1-9][0-9]{0,15})$/.exec(head[1] || ''), checkpoint, made;
    if (!index || Number(index[1]) !== entry.seq) { return false; }
    checkpoint = (parts[1] || '').split('\n');
    made = rootBy(leaf, entry.seq, Number(checkpoint[1]), head.slice(2).map(words));
    tell(s, 'proof', name, compared([checkpoint[0], D.hexOf(words(checkpoint[2] || ''), 0)],
      [entry.log, made]));
    return true;
  }
  function words(base64) {
    var out = new Int32Array(8), text, i;
    try { text = root.atob(base64); } catch (bad) { text = ''; }
    D.must(text.length === 32, 'E850');
    for (i = 0; i < 32; i += 1) { out[i >> 2] |= text.charCodeAt(i) << 24 - 8 * (i & 3); }
    return out;
  }
  /* RFC 9162 §2.1.3.2: the root that a path leads to. */
  function rootBy(leaf, index, count, path) {
    var node = new Int32Array(leaf), buffer = new Uint8Array(200), fn = index, sn = count - 1;
    function half(n) { return Math.floor(n / 2); }
    D.must(index < count, 'E852');
    path.forEach(function (other) {
      D.must(sn > 0, 'E852');
      if (fn % 2 === 1 || fn === sn) {
        D.join(buffer, other, 0, node, 0, node, 0);
        while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
      } else { D.join(buffer, node, 0, other, 0, node, 0); }
      fn = half(fn);
      sn = half(sn);
    });
    D.must(sn === 0, 'E852');
    return D.hexOf(node, 0);
  }

  // ------------------------------------------------------------------ one target

  /* Places of rows of targets.tsv that hold a text; then done(places, all of them?). */
  function search(work, table, text, done) {
    var want = D.encode(text), places = [], more = false;
    work.loop(table.rows, function (i) {
      var at = table.from[i], end = table.from[i + 1] - want.length, j;
      for (; at < end; at += 1) {
        for (j = 0; j < want.length && table.bytes[at + j] === want[j]; j += 1) { continue; }
        if (j === want.length) {
          if (places.length < 20) { places.push(i); } else { more = true; }
          return;
        }
      }
    });
    work.then(function () { done(places, more); });
  }

  /* What is known of one target: {id, name, region, drawn, ticket …}. */
  function lookUp(s, place) {
    var targets = s.tables['targets.tsv'], strata = s.tables['strata.tsv'];
    var cells = targets.cells(place), id = cells[0], bytes = D.encode(id), i, t, count, j;
    var out = { id: id, name: cells[1], region: cells[2], listed: true };
    var drawn = s.tables['drawn.tsv'];
    if (drawn) { out.published = drawn.find(bytes, 0, bytes.length) >= 0; }
    if (!s.made || !strata) { return out; }
    i = strata.find(bytes, 0, bytes.length);
    if (i < 0) { return out; }
    t = s.made.stratum[i];
    out.key = s.key;
    out.stratum = s.announced.strata[t].name;
    out.rows = s.announced.strata[t].rows;
    out.quota = s.made.quotas[t];
    out.rank = s.made.rank[i];
    out.ticket = D.hexOf(s.made.words, 8 * i);
    out.order = s.made.drawn.indexOf(i) + 1;
    out.reserve = s.made.reserves.indexOf(i) >= 0;
    s.made.drawn.forEach(function (k) {
      if (s.made.stratum[k] === t && s.made.rank[k] === out.quota) {
        out.cut = D.hexOf(s.made.words, 8 * k);
      }
    });
    count = Number(strata.cells(i)[2]);
    out.lines = [id];
    for (j = 2; j <= count; j += 1) { out.lines.push(id + '#' + j); }
    return out;
  }

  root.DualrandomCheck = {
    readFiles: readFiles, unzipAll: unzipAll, checkDraw: checkDraw, search: search,
    lookUp: lookUp
  };
}(this));
