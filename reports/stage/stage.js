/* A public draw on a wall: the frozen lists are in this file, the randomness is typed in
   before everybody's eyes, and the draw is computed here, by draw.js, as any checker
   does. The officer's program computes it too; the digests on the last screen are those
   of its files. Keyboard only; nothing is asked of any host. */
(function (root) {
  'use strict';
  var D = root.DualrandomDraw, doc = root.document;
  var data = JSON.parse(doc.getElementById('data').textContent);
  var english = data.lang === 'en' ? 1 : 0;
  var LATEST = 200; // rows on the wall; all of them are in the files

  /* Key: Chinese, English. */
  var TEXTS = {
    page: ['公开抽取', 'Public draw'],
    'step-0': ['一 封存', '1 Frozen'], 'step-1': ['二 随机数', '2 Randomness'],
    'step-2': ['三 抽取', '3 The draw'], 'step-3': ['四 核对', '4 Compare'],
    keys: ['→ 下一步　← 上一步　空格 暂停或者继续　End 全部揭晓', '→ next   ← back   Space pause or go on   End reveal all'],
    rehearsal: ['演练', 'REHEARSAL'], replay: ['重放', 'REPLAY'],
    frozen: ['名单和规则已经封存', 'Lists and rules are frozen'],
    commitment: ['抽取公告的 SHA-256（承诺）', 'SHA-256 of the announcement (the commitment)'],
    tables: ['封存的文件', 'Frozen files'], file: ['文件', 'file'], rows: ['行数', 'rows'],
    digest: ['SHA-256', 'SHA-256'], here: ['当场重算', 'computed here'],
    same: ['✓ 一致', '✓ agrees'], other: ['✗ 不符', '✗ differs'], away: ['不在本页', 'not in this page'],
    quotas: ['各层抽取数', 'Quotas'], stratum: ['层', 'stratum'], listed: ['户数', 'targets'],
    drawn: ['抽取数', 'to be drawn'], hidden: ['分层不公开', 'The strata are private'],
    broken: ['本页的名单与公告不符，不能用于抽取。', 'The lists in this page are not the announced ones: no draw with it.'],
    randomness: ['现在取随机数', 'The randomness, now'],
    dice: ['十面骰 {count} 次，从左到右输入', '{count} ten-sided dice, from left to right'],
    again: ['请另一人再输一遍', 'once more, by another person'],
    lottery: ['{game} 第 {issue} 期开奖号码，如 03.09.11.20.25.31+07', 'numbers of {game}, issue {issue}, such as 03.09.11.20.25.31+07'],
    sealed: ['{party} 的密值（64 位）', 'secret of {party} (64 characters)'],
    drand: ['drand 第 {round} 轮的随机值（64 位）。签名由经办程序核验', 'randomness of drand round {round} (64 characters); the office\'s program checks its signature'],
    nist: ['NIST 第 {pulse} 号脉冲的输出值（128 位）。签名由经办程序核验', 'output value of NIST pulse {pulse} (128 characters); the office\'s program checks its signature'],
    local: ['本机随机数（64 位），只用于演练', 'this computer\'s random value (64 characters); for rehearsals'],
    unknown: ['本页不认识的随机源：{kind}', 'a source that this page does not know: {kind}'],
    twice: ['两遍输入的不同，请核对后重输。', 'The two inputs differ; look again.'],
    wrong: ['不是这种随机源的值，或者位数不对。', 'Not a value of this source, or of another length.'],
    go: ['确定，不再更改', 'This is it'],
    seed: ['种子：seed.txt 的 SHA-256 的前 32 位', 'The seed: the first 32 characters of SHA-256(seed.txt)'],
    computing: ['正在计算签号：{at} / {of}', 'Computing tickets: {at} of {of}'],
    revealing: ['已揭晓 {at} / {of}', 'Revealed {at} of {of}'],
    paused: ['已暂停。已揭晓 {at} / {of}', 'Paused. Revealed {at} of {of}'],
    order: ['序号', 'order'], id: ['代码', 'code'], name: ['名称', 'name'], ticket: ['签号', 'ticket'],
    mask: ['＊＊＊（保密到 {date}）', '*** (sealed until {date})'],
    latest: ['刚刚揭晓的在最上', 'the latest first'],
    made: ['当场算出的摘要', 'Digests computed here'],
    compare: ['与经办人电脑上的比较', 'Compare with the officer\'s computer'],
    command: ['经办人用同样的随机数运行 dualrandom draw，程序印出的应当与此相同。文件自己也可以算：',
      'The officer runs dualrandom draw with the same randomness: it must print the same. Of the files themselves:'],
    total: ['抽中 {n} 户', '{n} drawn'],
    published: ['公布的结果', 'published result']
  };
  function say(key, params) {
    return TEXTS[key][english].replace(/\{(\w+)\}/g, function (all, name) {
      return String(params[name]);
    });
  }
  function by(id) { return doc.getElementById(id); }
  function make(tag, attributes, content) {
    var made = doc.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    [].concat(content === undefined ? [] : content).forEach(function (one) {
      made.appendChild(typeof one === 'object' ? one : doc.createTextNode(visible(one)));
    });
    return made;
  }
  /* Names may hold direction marks and the like: shown as what they are. */
  function visible(text) {
    return String(text).replace(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      function (c) { return '\\u' + ('000' + c.charCodeAt(0).toString(16)).slice(-4); });
  }
  function fill(place, content) {
    while (place.firstChild) { place.removeChild(place.firstChild); }
    [].concat(content).forEach(function (one) { place.appendChild(one); });
  }
  function table(caption, heads, rows) {
    return make('table', {}, [make('caption', {}, say(caption)),
      make('thead', {}, make('tr', {}, heads.map(function (head) {
        return make('th', { scope: 'col' }, say(head));
      }))),
      make('tbody', {}, rows)]);
  }
  function row(cells) {
    return make('tr', {}, cells.map(function (cell) {
      return make('td', typeof cell === 'number' ? { 'class': 'number' } : {}, cell);
    }));
  }
  /* Eight by eight, so that two people can read it to each other. */
  function digest(hex) { return make('span', { 'class': 'digest' }, hex.match(/.{1,8}/g).join(' ')); }

  // ------------------------------------------------------------------ what is drawn

  var bytes = { 'strata.tsv': D.encode(data.strata) };
  if (data.targets !== null) { bytes['targets.tsv'] = D.encode(data.targets); }
  var raw = D.encode(data.announcement), notice = D.parseJson(raw), commitment = D.sha(raw);
  var secret = D.has(notice, 'strata_private'), sealed = D.has(notice, 'release');
  var s = { step: 0, seed: data.seed, values: [], rows: null, made: null, tables: null,
    names: {}, shown: 0, paused: false, good: true };

  /* Read the lists; then done(). */
  function prepare(done) {
    var work = new D.Work(), due = { salted: notice.visibility['strata.tsv'] !== 'public',
      priv: secret, sealed: false };
    D.checkAnnouncement(notice);
    Object.keys(bytes).forEach(function (name) {
      s.good = s.good && D.sha(bytes[name]) === notice.files[name].sha256;
    });
    // A finished draw that is shown again must be one of this announcement.
    s.good = s.good && (s.seed === null ||
      D.parseSeed(D.encode(s.seed)).commitment === commitment);
    D.readTable(work, 'strata.tsv', bytes['strata.tsv'], due, function (made) {
      s.rows = made;
      s.announced = secret ? (made.strata instanceof Array ? { strata: made.strata }
        : made.strata) : notice;
    });
    if (data.targets !== null) {
      D.readTable(work, 'targets.tsv', bytes['targets.tsv'],
        { salted: false, priv: false, sealed: false }, function (made) { s.list = made; });
    }
    work.run(done);
  }
  function nameOf(place) {
    // Both tables are sorted by id, and hold the same ids.
    return s.list ? s.list.cells(place)[1] : '';
  }
  /* Draw with the seed; then done(). */
  function compute(done) {
    var work = new D.Work(), key = D.keyOf(D.parseSeed(D.encode(s.seed)).seed, s.rows.salt);
    D.select(work, key, s.rows, s.announced, notice.reserves ? notice.reserves.ratio : '',
      function (made) {
        s.made = made;
        // An order, or a rank, would tell a private stratum: there, by code.
        s.order = secret ? made.drawn.slice().sort(function (a, b) { return a - b; }) : made.drawn;
        D.drawnTables(work, s.rows, made, s.announced.strata, data.salts, function (tables) {
          s.tables = tables;
        });
      });
    work.run(done, function (at, of) {
      by('status').textContent = say('computing', { at: at, of: of });
    });
  }

  // ------------------------------------------------------------------------ screens

  function frozen() {
    // What is computed before everybody's eyes stands first.
    var names = Object.keys(notice.files).sort();
    var rows = names.filter(function (name) { return bytes[name]; }).concat(
      names.filter(function (name) { return !bytes[name]; })).map(function (name) {
      var said = notice.files[name], here = bytes[name], same = here && D.sha(here) === said.sha256;
      return row([name, said.rows, digest(said.sha256), here
        ? make('span', { 'class': same ? 'good' : 'bad' }, say(same ? 'same' : 'other'))
        : say('away')]);
    });
    var strata = secret ? make('p', {}, say('hidden')) : table('quotas',
      ['stratum', 'listed', 'drawn'], D.quotas(notice.strata, notice.total).map(
        function (quota, i) { return row([notice.strata[i].name, notice.strata[i].rows, quota]); }));
    return [make('h2', {}, say('frozen')), make('p', {}, say('commitment')),
      make('p', { 'class': 'big' }, digest(commitment)),
      table('tables', ['file', 'rows', 'digest', 'here'], rows), strata]
      .concat(s.good ? [] : [make('p', { 'class': 'bad', role: 'alert' }, say('broken'))]);
  }

  function randomness() {
    var form, fields = [];
    if (s.seed !== null) {
      return [make('h2', {}, say('randomness')), make('pre', {}, s.seed),
        make('p', {}, say('seed')), make('p', { 'class': 'big' },
          digest(D.sha(s.seed).slice(0, 32)))];
    }
    notice.randomness.forEach(function (source, i) {
      var known = D.isKnown(source);
      fields.push(field('value-' + i, say(known ? source.kind : 'unknown', source)));
      if (source.kind === 'dice') { fields.push(field('again-' + i, say('again'))); }
    });
    form = make('form', {}, fields.concat([make('p', { id: 'error', role: 'alert', 'class': 'bad' }),
      make('button', { type: 'submit' }, say('go'))]));
    form.addEventListener('submit', settle);
    return [make('h2', {}, say('randomness')), form];
  }
  function field(id, label) {
    return make('p', {}, [make('label', { 'for': id }, label),
      make('input', { id: id, type: 'text', autocomplete: 'off', spellcheck: 'false' })]);
  }
  function typed(id) { return by(id).value.replace(/\s+/g, ''); }
  /* Take the values, or say what is wrong with one; once taken, they stand. */
  function settle(event) {
    var lines = ['dualrandom/1', commitment], wrong = null;
    event.preventDefault();
    notice.randomness.forEach(function (source, i) {
      var value = typed('value-' + i), line;
      if (wrong) { return; }
      if (source.kind === 'dice' && value !== typed('again-' + i)) {
        wrong = [i, 'twice'];
        return;
      }
      if (source.kind === 'nist' || source.kind === 'drand') { value = value.toLowerCase(); }
      try {
        line = D.lineStart(source) + value;
        D.valueOf(source, line, notice.draw);
        lines.push(line);
      } catch (refusal) { wrong = [i, 'wrong']; }
    });
    if (wrong) {
      by('error').textContent = say(wrong[1]);
      by('value-' + wrong[0]).focus();
      return;
    }
    s.seed = lines.join('\n') + '\n';
    show();
  }

  function drawing() {
    var place = s.shown ? s.order[s.shown - 1] : -1, first = Math.max(0, s.shown - LATEST);
    if (!s.made) {
      if (!s.computing) { s.computing = true; compute(function () { show(); next(); }); }
      return [make('h2', {}, say('step-2'))];
    }
    return [make('h2', {}, say('total', { n: s.order.length })),
      make('p', { 'class': 'name', id: 'latest' }, place < 0 ? '' : told(place, s.shown).slice(0,
        sealed ? 2 : 3).join('　')),
      table('latest', ['order', 'id'].concat(sealed ? [] : ['name'], secret ? [] : ['stratum', 'ticket']),
        s.order.slice(first, s.shown).map(function (p, n) {
          return row(told(p, first + n + 1));
        }).reverse())];
  }
  /* What everybody may see of one who was drawn. */
  function told(place, order) {
    var out = sealed ? [order, say('mask', { date: notice.release })]
      : [order, s.rows.id(place), nameOf(place)];
    return secret ? out : out.concat([s.announced.strata[s.made.stratum[place]].name,
      D.hexOf(s.made.words, 8 * place).slice(0, 16) + '…']);
  }
  /* Reveal one after another; long lists faster, so that all takes three minutes. */
  function next() {
    root.clearTimeout(s.timer);
    if (!s.made || s.step !== 2) { return; }
    if (!s.paused && s.shown < s.order.length) { s.shown += 1; show(); }
    by('status').textContent = say(s.paused ? 'paused' : 'revealing',
      { at: s.shown, of: s.order.length });
    if (!s.paused && s.shown < s.order.length) {
      s.timer = root.setTimeout(next, Math.max(60, Math.min(1500, 180000 / s.order.length)));
    }
  }
  function revealAll() {
    if (!s.made) { return; }
    s.shown = s.order.length;
    show();
    next();
  }

  function comparing() {
    var names = ['seed.txt'].concat(['selected.tsv', 'reserves.tsv', 'drawn.tsv'].filter(
      function (name) { return name !== 'reserves.tsv' || notice.reserves; }));
    var result = data.result === null ? null : D.parseJson(D.encode(data.result));
    if (!s.tables) { return [make('h2', {}, say('compare'))]; }
    var rows = names.map(function (name) {
      var made = D.sha(name === 'seed.txt' ? s.seed : s.tables[name]), due, cells;
      cells = [name, digest(made)];
      if (result) {
        due = name === 'seed.txt' ? result.seed_file : result.files[name].sha256;
        cells.push(make('span', { 'class': due === made ? 'good' : 'bad' },
          say(due === made ? 'same' : 'other')));
      }
      return row(cells);
    });
    return [make('h2', {}, say('compare')),
      table('made', ['file', 'digest'].concat(result ? ['published'] : []), rows),
      make('p', {}, say('command')), make('pre', {}, 'sha256sum ' + names.join(' '))];
  }

  // --------------------------------------------------------------------------- keys

  function show() {
    var focused = doc.activeElement && doc.activeElement.id, input;
    fill(by('screen'), [frozen, randomness, drawing, comparing][s.step]());
    fill(by('steps'), [0, 1, 2, 3].map(function (i) {
      return make('li', i === s.step ? { 'aria-current': 'step' } : {}, say('step-' + i));
    }));
    input = by('screen').querySelector('input');
    // The heading stays in view; a screen starts at its top.
    if (input) { input.focus(); } else if (focused !== 'screen') {
      by('screen').focus({ preventScroll: true });
    }
  }
  function may(step) {
    return step <= 0 ? s.rows : step === 1 ? s.rows && s.good
      : step === 2 ? s.seed !== null : s.tables && s.shown === s.order.length;
  }
  function go(step) {
    if (step < 0 || step > 3 || !may(step)) { return; }
    s.step = step;
    by('status').textContent = '';
    show();
    root.scrollTo(0, 0);
    next();
  }
  doc.addEventListener('keydown', function (event) {
    var writing = event.target.tagName === 'INPUT' || event.target.tagName === 'BUTTON';
    var key = event.key;
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (key === 'PageDown' || !writing && (key === 'ArrowRight' || key === 'Enter')) {
      event.preventDefault();
      go(s.step + 1);
    } else if (key === 'PageUp' || !writing && key === 'ArrowLeft') {
      event.preventDefault();
      go(s.step - 1);
    } else if (!writing && key === ' ') {
      event.preventDefault();
      s.paused = !s.paused;
      next();
    } else if (!writing && key === 'End') {
      event.preventDefault();
      revealAll();
    }
  });

  doc.documentElement.lang = data.lang;
  doc.title = say('page') + ' ' + notice.draw;
  by('office').textContent = visible(notice.office + '　' + notice.draw);
  by('title').textContent = visible(notice.title);
  by('keys').textContent = say('keys');
  // A local value proves nothing: such a draw is a rehearsal in any case.
  var mark = data.rehearsal || notice.randomness[0].kind === 'local' ? 'rehearsal'
    : data.seed !== null ? 'replay' : '';
  if (mark) {
    by('mark').textContent = say(mark);
    by('mark').setAttribute('data-mark', say(mark));
    by('mark').hidden = false;
  }
  prepare(function () { go(0); });
}(this));
