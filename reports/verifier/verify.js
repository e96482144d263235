/* The checker's page: files in, a table of checks out. What is checked, and how, stands
   in check.js; here are the page and its sentences in two languages. It asks nothing of
   any host, and puts text on the page by textContent only. */
(function (root) {
  'use strict';
  var D = root.DualrandomDraw, C = root.DualrandomCheck, doc = root.document;

  /* Key: Chinese, English. */
  var TEXTS = {
    agrees: ['✓ 一致', '✓ agrees'], differs: ['✗ 不符', '✗ differs'],
    people: ['？ 请人核', '? for people'], unchecked: ['– 未核', '– not checked'],
    check: ['核验项', 'check'], published: ['公布的', 'published'],
    computed: ['重算的', 'recomputed'], verdict: ['结论', 'verdict'],
    caption: ['不符的在前，未核的其次，一致的在后', 'What differs first, then what was not checked, then what agrees'],
    'bad-title': ['有 {n} 项不符', '{n} of the checks differ'],
    'bad-text': ['先重新下载再试；仍然不符的，请拨打公告网页上的监督电话。',
      'Download the files again first. If they still differ, call the supervision phone on the notice\'s page.'],
    'good-title': ['可见部分一致：算过的 {n} 项都一致', 'What is visible agrees: {n} checks computed, all the same'],
    'good-text': ['另有 {rest} 项本页没有核验或者要请人核对，下表逐项写明。',
      '{rest} more were not checked here, or are for people; the table says which and why.'],
    'none-title': ['什么都没有核验', 'Nothing was checked'],
    'none-text': ['选取的文件里没有可以核验的抽取。', 'No draw that can be checked is among these files.'],
    draw: ['{draw}　{title}（{office}）', '{draw} {title} ({office})'],
    reading: ['正在读取文件……', 'Reading the files …'],
    working: ['正在计算……', 'Computing …'],
    done: ['核验完毕：{bad} 项不符，{good} 项一致，{rest} 项未核或者请人核。',
      'Done: {bad} differ, {good} agree, {rest} not checked or for people.'],
    broke: ['本页出错，没有得出结论：{text}', 'This page failed and came to no verdict: {text}'],
    rows: ['{0} 行', '{0} rows'], bytes: ['{0} 字节', '{0} bytes'],
    quota: ['{0}：{1} 户抽 {2} 户', '{0}: {2} of {1}'], reason: ['{0}：{1}', '{0}: {1}'],
    nothing: ['无', 'none'],

    'c.folder': ['文件', 'file'], 'c.announcement': ['抽取公告及其 SHA-256（承诺）', 'announcement, and its SHA-256 (the commitment)'],
    'c.name': ['文件夹名与抽取编号', 'name of the folder, and of the draw'],
    'c.table': ['摘要、行数、字节数、格式', 'digest, rows, bytes, grammar'],
    'c.root': ['名单的默克尔树根', 'tree root of the list'],
    'c.same-ids': ['两张表的对象相同', 'the same targets in both tables'],
    'c.quotas': ['各层抽取数', 'quota of each stratum'],
    'c.excluded': ['剔除名单：与名单不重叠，各原因数量', 'exclusions: not in the list, counted by reason'],
    'c.rows': ['公告里名单、分层表的行数与各层之和', 'rows of list and strata, and the sum of the strata'],
    'c.regions': ['每行都有区域', 'every row has a region'],
    'c.relations': ['各表之间', 'the tables among each other'],
    'c.seed': ['种子文件', 'seed file'], 'c.commitment': ['种子文件里的承诺', 'commitment in the seed file'],
    'c.source': ['随机源的值', 'value of a source'], 'c.result': ['结果文件：抽取、承诺', 'result: draw, commitment'],
    'c.result-file': ['结果里的摘要', 'digest in the result'],
    'c.selection': ['重新抽取', 'the draw again'], 'c.drawn': ['抽中名单', 'who was drawn'],
    'c.drawn-count': ['抽中户数：结果、抽中名单、抽取表', 'how many were drawn: result, drawn, selected'],
    'c.drawn-listed': ['抽中的都在名单里', 'all drawn are in the list'],
    'c.teams': ['检查人员的资格与分派', 'inspectors, their posts and teams'], 'c.later': ['之后的替换', 'later changes'],
    'c.log': ['日志', 'log'], 'c.entry': ['日志条目：抽取、承诺、结果', 'log entry: draw, commitment, result'],
    'c.proof': ['日志条目在检查点的树里', 'the entry is in the checkpoint\'s tree'],
    'c.signatures': ['日志签名与先后', 'signatures of the log, order in time'],

    unlisted: ['不是抽取的文件。', 'Not a file of a draw.'],
    unreadable: ['读不出来。压缩包请先解开再选。', 'It cannot be read. Unpack the zip, and choose the files.'],
    several: ['有几个文件都像它：用的是 {used}；没有用 {others}。一次只选一次抽取的文件。',
      'Several files look like it. Used: {used}. Not used: {others}. Choose the files of one draw only.'],
    'no-announcement': ['没有抽取公告，无从比较。', 'Without the announcement there is nothing to compare with.'],
    unknown: ['含有本页不认识的字段：{fields}。', 'It has fields that this page does not know: {fields}.'],
    absent: ['公开的文件，这里没有。', 'A public file, and not here.'],
    withheld: ['不公开，由监督人员核验。', 'Not public; supervisors check it.'],
    sealed: ['保密到 {date}，之后公布。', 'Sealed until {date}, then published.'],
    'not-drawn': ['这里没有：还没有抽取，或者没有选取。', 'Not here: not drawn yet, or not chosen.'],
    'no-strata': ['没有分层表，签号算不出来。分层不公开的，由监督人员核验。',
      'Without the strata no ticket can be computed. Where they are private, supervisors check.'],
    'strata-broken': ['分层表有误，没有重算。', 'The strata are broken, so the draw was not done again.'],
    salt: ['盐值的来历没有核验：要有检查人员名录。', 'Where the salt comes from was not checked: that takes the inspectors\' list.'],
    teams: ['本页不重算。名录不公开，由监督人员用 verify.py 核验。', 'Not computed here. The lists are not public; supervisors check with verify.py.'],
    later: ['本页不核验，请用 verify.py。', 'Not checked here; use verify.py.'],
    'no-log': ['没有日志条目，公告和结果何时入的日志没有核验。', 'No log entries: when this was logged was not checked.'],
    'no-proof': ['没有对应的日志证明。', 'No proof for it is here.'],
    signatures: ['本页不核验签名、见证时间，请用 verify.py，并自备创世条目。', 'This page checks no signature and no witness\'s time. Use verify.py, with a genesis entry of your own.'],
    dice: ['请与现场记录的骰子点数比较。', 'Compare with the dice as recorded on the spot.'],
    lottery: ['请与官方开奖公告比较。', 'Compare with the official lottery result.'],
    beacon: ['信标数值的签名没有核验，请用 dualrandom verify。', 'The beacon\'s signature was not checked; use dualrandom verify.'],
    local: ['本机生成的随机数，什么也证明不了。', 'Made by the office\'s computer: it proves nothing.'],

    bom: ['文件开头多了 BOM：用记事本或者 Excel 另存过。', 'A byte order mark stands at the beginning: an editor or Excel saved it again.'],
    crlf: ['行尾变成了 CRLF：用 Windows 程序另存过，或者按文本方式传输过。', 'Line ends became CRLF: saved again on Windows, or sent as text.'],
    blank: ['文件末尾少了换行，或者多了空行。', 'The last line end is missing, or empty lines were added.'],
    utf16: ['编码变成了 UTF-16：Excel 另存成了“Unicode 文本”。', 'It became UTF-16: Excel saved it as “Unicode text”.'],
    gbk: ['编码变成了 GBK（GB18030）：用 Excel 或者旧编辑器另存过。', 'It became GBK (GB18030): Excel or an old editor saved it again.'],
    csv: ['分隔符变成了逗号：用 Excel 另存过。', 'Tabs became commas: Excel saved it again.'],
    order: ['行的顺序变了：在 Excel 里排过序。', 'The rows were sorted otherwise, in Excel for instance.'],
    float: ['编号变成了科学计数（如 9.13E+17）：用 Excel 打开过。', 'Codes became numbers like 9.13E+17: Excel opened it.'],
    zeros: ['编号开头的 0 丢了：{ids}。用 Excel 打开过。', 'Leading zeros of codes were lost: {ids}. Excel opened it.'],
    undone: ['除此之外与公布的完全相同：重新下载即可，不要另存。', 'But for that it is the published file: download it again, and do not save it.'],
    fewer: ['少了行：应有 {due} 行，这里 {found} 行。', 'Rows are missing: {found} instead of {due}.'],
    more: ['多了行：应有 {due} 行，这里 {found} 行。', 'Too many rows: {found} instead of {due}.'],
    gone: ['{other} 里有、这里没有：{ids}（{n} 个）。', 'In {other} and not here: {ids} ({n}).'],
    extra: ['这里有、{other} 里没有：{ids}（{n} 个）。', 'Here and not in {other}: {ids} ({n}).'],
    changed: ['内容被改过。', 'Its content was changed.'],
    'not-there': ['应当抽中、公布的没有：{ids}（{n} 个）。', 'Drawn by the rule, and not published: {ids} ({n}).'],
    'not-due': ['公布了、不该抽中：{ids}（{n} 个）。', 'Published, and not drawn by the rule: {ids} ({n}).'],
    E401: ['名单是空的。', 'The list is empty.'],
    E402: ['{stratum} 层一户也不抽。', 'Nobody is drawn in stratum {stratum}.'],
    E403: ['{stratum} 层的户数与公告不同。', 'Stratum {stratum} has not the announced number of rows.'],
    E410: ['检查组不足两人。', 'A team has fewer than two posts.'],
    E861: ['补充抽取须只有一层，并全部抽取。', 'A supplementary draw has one stratum, and draws all of it.'],
    E601: ['不是种子文件的格式，或者行数与随机源不同。', 'Not the form of a seed file, or not one line for each source.'],
    E602: ['不是公告的随机源：{line}', 'Not the announced source: {line}'],
    E603: ['不是这种随机源的值：{value}', 'Not a value of this source: {value}'],
    E604: ['骰子 {found} 个，公告 {due} 个。', '{found} dice instead of {due}.'],
    E605: ['{party} 的密值与其承诺不符。', 'The secret of {party} does not open its commitment.'],
    E606: ['没有随机源，或者本机随机数与别的并用。', 'No source, or a local one beside others.'],
    E607: ['骰子不足 20 个。', 'Fewer than 20 dice.'],
    E801: ['字段 {field} 没有，或者不合格式。', 'Field {field} is missing or ill-formed.'],
    'E801.line': ['第 {line} 行的 {field} 不合格式：{value}', 'Line {line}, {field} is ill-formed: {value}'],
    E802: ['不是规定格式的 JSON：被改过或者另存过。', 'Not JSON in its one canonical form: changed, or saved again.'],
    E803: ['第 {line} 行不是规定格式的表格。', 'Line {line} is not that of a table.'],
    E804: ['第 {line} 行顺序不对，或者重复：{value}', 'Line {line} is out of order, or occurs twice: {value}'],
    E805: ['另一版本的规范：{value}。', 'Another version of the protocol: {value}.'],
    E812: ['该有盐值行的没有，或者不该有的有。', 'The salt line is missing, or stands where it must not.'],
    E815: ['该有分层行的没有，或者不该有的有。', 'The strata line is missing, or stands where it must not.'],
    E816: ['两张表的对象不同。', 'The two tables have not the same targets.'],
    E818: ['既在名单里又被剔除：{ids}', 'Both listed and left out: {ids}'],
    E820: ['没有区域：{ids}', 'Without a region: {ids}'],
    E831: ['没有与随机源一一对应的证明。', 'Not one proof for each source.'],
    E832: ['证明的是另一个值。', 'It proves another value.'],
    E834: ['多出一张表：{file}', 'A table too many: {file}'],
    'two-ends': ['又有结果，又有终止。', 'There is a result, and an abandonment too.'],
    E836: ['与重算的不同。', 'Not what is computed again.'],
    E838: ['不在名单里：{ids}', 'Not in the list: {ids}'],
    E850: ['读不懂的日志条目或者证明。', 'An entry or proof that cannot be read.'],
    E852: ['证明通不到检查点的树根。', 'The proof does not lead to the root.'],

    'l.none': ['名单里没有“{text}”。被剔除的和不在范围内的不进名单，可以向机关询问原因。',
      '“{text}” is not in the list. Who was left out, or is out of scope, is not in it; ask the office why.'],
    'l.many': ['有几户符合，请选一户：', 'Several match; choose one:'],
    'l.more': ['还有更多，请写得再具体些。', 'There are more; be more specific.'],
    'l.caption': ['查询结果', 'One target'], 'l.id': ['代码', 'code'], 'l.name': ['名称', 'name'],
    'l.drawn': ['抽中没有', 'drawn?'], 'l.yes': ['抽中，检查顺序第 {order} 位', 'Drawn; number {order} in the order of inspection'],
    'l.listed': ['抽中（按公布的抽中名单；本页没有重算）', 'Drawn, by the published list; not computed here'],
    'l.not-listed': ['没有抽中（按公布的抽中名单；本页没有重算）', 'Not drawn, by the published list; not computed here'],
    'l.unknown': ['看不出来：抽中名单没有公布或者没有选取', 'Cannot be told: the list of those drawn is not here'],
    'l.no': ['没有抽中', 'Not drawn'], 'l.reserve': ['没有抽中，是候补', 'Not drawn; a reserve'],
    'l.against': ['重算的结论与公布的抽中名单不同！', 'The published list says otherwise!'],
    'l.stratum': ['所在的层', 'stratum'], 'l.in': ['{stratum}：{rows} 户抽 {quota} 户', '{stratum}: {quota} of {rows}'],
    'l.rank': ['名次', 'rank'], 'l.of': ['本层第 {rank} 位；前 {quota} 位抽中', '{rank} in its stratum; the first {quota} are drawn'],
    'l.ticket': ['签号', 'ticket'], 'l.cut': ['本层抽中的最高签号', 'highest drawn ticket of the stratum'],
    'l.shell': ['自己算签号（Linux、macOS）', 'the ticket by hand (Linux, macOS)'],
    'l.lowest': ['几个签号取最小的。', 'Of several tickets the lowest counts.']
  };

  var english = 0, shown = null, asked = null;

  function say(key, params) {
    var place = params && params.line !== undefined && TEXTS[key + '.line'] ? '.line' : '';
    var text = TEXTS[key] ? TEXTS[key + place][english] : key;
    return text.replace(/\{(\w+)\}/g, function (all, name) {
      var value = params ? params[name] : undefined;
      return value === undefined || value === null ? '–' : String(value);
    });
  }
  function by(id) { return doc.getElementById(id); }
  /* An element with a text, or with children; attributes by name. */
  function make(tag, attributes, content) {
    var made = doc.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    [].concat(content === undefined ? [] : content).forEach(function (one) {
      made.appendChild(typeof one === 'string' ? doc.createTextNode(one) : one);
    });
    return made;
  }
  function fill(id, content) {
    var place = by(id);
    while (place.firstChild) { place.removeChild(place.firstChild); }
    [].concat(content).forEach(function (one) { place.appendChild(one); });
  }
  /* Values from files may hold direction marks and the like: shown as what they are. */
  function visible(text) {
    return String(text).replace(
      /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      function (c) { return '\\u' + ('000' + c.charCodeAt(0).toString(16)).slice(-4); });
  }

  // ---------------------------------------------------------------------- report

  /* A digest, or [key, values…] of TEXTS. */
  function lineOf(value) {
    if (value instanceof Array) {
      return make('div', {}, visible(say(value[0], value.slice(1))));
    }
    return make('code', {}, visible(value));
  }
  function cell(name, values) {
    var lines = values.filter(function (value) { return value !== ''; }).map(lineOf);
    return make('td', { role: 'cell', 'data-name': say(name), 'class': lines.length ? 'value' : 'none' },
      lines);
  }
  function row(finding) {
    var what = [make('span', {}, say('c.' + finding.check))], why = [];
    if (finding.file) { what.unshift(make('code', {}, visible(finding.file)), make('br')); }
    finding.why.forEach(function (one) {
      var line = visible(say(one[0], one[1]));
      why.push(make('p', {}, line));
    });
    return make('tr', { role: 'row', 'class': finding.verdict }, [
      make('th', { role: 'rowheader', scope: 'row' }, what),
      cell('published', finding.published), cell('computed', finding.computed),
      make('td', { role: 'cell' }, [make('p', { 'class': 'verdict' }, say(finding.verdict))]
        .concat(why))
    ]);
  }
  function report(state) {
    var heads = ['check', 'published', 'computed', 'verdict'].map(function (name) {
      return make('th', { role: 'columnheader', scope: 'col' }, say(name));
    });
    // A narrow screen shows rows as cards; the roles keep it a table for everybody.
    var order = { differs: 0, unchecked: 1, people: 1, agrees: 2 }, sorted = [0, 1, 2].map(
      function (rank) {
        return state.findings.filter(function (finding) { return order[finding.verdict] === rank; });
      });
    return make('table', { role: 'table', 'class': 'checks' }, [
      make('caption', {}, say('caption')),
      make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, heads)),
      make('tbody', { role: 'rowgroup' }, [].concat.apply([], sorted).map(row))
    ]);
  }
  function count(state) {
    var n = { agrees: 0, differs: 0, people: 0, unchecked: 0 };
    state.findings.forEach(function (finding) { n[finding.verdict] += 1; });
    return { bad: n.differs, good: n.agrees, rest: n.people + n.unchecked, n: n };
  }
  function banner(state) {
    var n = count(state), kind = n.bad ? 'bad' : state.notice && n.good ? 'good' : 'none';
    var lines = [make('p', {}, say(kind + '-title', { n: n.bad || n.good })),
      make('p', {}, say(kind + '-text', n))];
    if (state.notice) { lines.push(make('p', {}, visible(say('draw', state.notice)))); }
    return make('div', { 'class': 'banner ' + (n.bad ? 'differs' : 'unchecked') }, lines);
  }
  function show() {
    if (!shown) { return; }
    fill('banner', banner(shown));
    fill('report', report(shown));
    by('outcome').hidden = by('details').hidden = false;
    by('lookup').hidden = !shown.tables['targets.tsv'];
    by('status').textContent = say('done', count(shown));
    if (asked) { asked(); }
  }

  // ----------------------------------------------------------------- one target

  function facts(found) {
    var rows = [['l.id', found.id], ['l.name', found.name], ['l.drawn', drawnText(found)]];
    if (found.ticket) {
      rows.push(['l.stratum', say('l.in', found)], ['l.rank', say('l.of', found)],
        ['l.ticket', found.ticket], ['l.cut', found.cut || say('nothing')]);
    }
    rows = rows.map(function (pair) {
      var mono = pair[0] === 'l.id' || pair[0] === 'l.ticket' || pair[0] === 'l.cut';
      return make('tr', {}, [make('th', { scope: 'row' }, say(pair[0])),
        make('td', mono ? { 'class': 'mono' } : {}, visible(pair[1]))]);
    });
    if (found.ticket) {
      rows.push(make('tr', {}, [make('th', { scope: 'row' }, say('l.shell')), make('td', {},
        [make('pre', {}, found.lines.map(function (line) {
          return 'printf \'%s,%s\' ' + found.key + ' \'' + line + '\' | sha256sum\n';
        }).join(''))].concat(found.lines.length > 1 ? [make('p', {}, say('l.lowest'))] : []))]));
    }
    return make('table', { 'class': 'facts' }, [make('caption', {}, say('l.caption')),
      make('tbody', {}, rows)]);
  }
  function drawnText(found) {
    var text, made = found.ticket !== undefined;
    if (!made) {
      return say(found.published === undefined ? 'l.unknown'
        : found.published ? 'l.listed' : 'l.not-listed');
    }
    text = say(found.order ? 'l.yes' : found.reserve ? 'l.reserve' : 'l.no', found);
    return made && found.published !== undefined && found.published !== found.order > 0
      ? text + ' ' + say('l.against') : text;
  }
  function answer(text, places, more) {
    var targets = shown.tables['targets.tsv'], exact = places.filter(function (place) {
      return targets.id(place) === text.toUpperCase() || targets.id(place) === text;
    });
    if (exact.length === 1) { places = exact; more = false; }
    if (places.length === 1) { fill('answer', facts(C.lookUp(shown, places[0]))); return; }
    if (!places.length) { fill('answer', make('p', {}, visible(say('l.none', { text: text })))); return; }
    fill('answer', [make('p', {}, say('l.many')), make('ul', {}, places.map(function (place) {
      var cells = targets.cells(place);
      var pick = make('button', { type: 'button', 'class': 'plain' }, visible(cells[0] + ' ' + cells[1]));
      pick.addEventListener('click', function () { by('query').value = cells[0]; ask(); });
      return make('li', {}, pick);
    }))].concat(more ? [make('p', {}, say('l.more'))] : []));
  }
  function ask(event) {
    var text = by('query').value.replace(/^\s+|\s+$/g, ''), work = new D.Work();
    if (event) { event.preventDefault(); }
    if (!text) { return; }
    // A code may be typed in small letters; the list has capitals.
    C.search(work, shown.tables['targets.tsv'], text, function (places, more) {
      if (places.length || text === text.toUpperCase()) {
        work.then(function () { found(places, more); });
      } else { C.search(work, shown.tables['targets.tsv'], text.toUpperCase(), found); }
    });
    function found(places, more) {
      asked = function () { answer(text, places, more); };
      asked();
    }
    work.run(function () { return; });
  }

  // ------------------------------------------------------------------ the files

  function progress(part) {
    by('progress').hidden = part === null;
    by('progress').firstElementChild.value = part || 0;
  }
  function take(files) {
    if (!files.length) { return; }
    shown = asked = null;
    by('outcome').hidden = by('details').hidden = by('lookup').hidden = true;
    fill('answer', []);
    by('status').textContent = say('reading');
    C.readFiles(files, progress, function (read) {
      by('status').textContent = say('working');
      by('progress').firstElementChild.removeAttribute('value');
      C.unzipAll(read, check);
    });
  }
  function check(files) {
    var work = new D.Work();
    C.checkDraw(work, files, function (state) { shown = state; });
    work.run(function () {
      progress(null);
      show();
      by('outcome-title').focus();
    });
  }
  /* A chosen file; in a folder, the folder's name is that of the draw. */
  function chosen(file) {
    var parts = (file.webkitRelativePath || '').split('/');
    return { blob: file, top: parts.length > 1 ? parts[0] : '',
      name: parts.length > 1 ? parts.slice(1).join('/') : file.name };
  }
  function listen(input) {
    input.addEventListener('change', function () {
      take(Array.prototype.map.call(input.files, chosen));
      input.value = ''; // the same file may be chosen again
    });
  }
  /* What was dropped: files, and folders where the browser can open them. */
  function dropped(items, files) {
    var out = [], waiting = 1;
    function ready() { waiting -= 1; if (waiting === 0) { take(out); } }
    function open(entry, path) {
      waiting += 1;
      if (entry.isFile) {
        entry.file(function (file) {
          var parts = path.split('/');
          out.push({ blob: file, top: parts.length > 1 ? parts[0] : '',
            name: parts.slice(parts.length > 1 ? 1 : 0).join('/') });
          ready();
        }, ready);
        return;
      }
      var reader = entry.createReader();
      (function more() {
        reader.readEntries(function (found) {
          if (!found.length) { ready(); return; }
          found.forEach(function (one) { open(one, path + '/' + one.name); });
          more();
        }, ready);
      }());
    }
    var entries = Array.prototype.map.call(items || [], function (item) {
      return item.webkitGetAsEntry ? item.webkitGetAsEntry() : null;
    }).filter(Boolean);
    if (entries.length) {
      entries.forEach(function (entry) { open(entry, entry.name); });
    } else { out = Array.prototype.map.call(files, chosen); }
    ready();
  }
  function hover(on) { by('drop').className = on ? 'over' : ''; }

  // ------------------------------------------------------------------- language

  function translate() {
    var parts = doc.querySelectorAll('[data-en]'), i, part;
    doc.documentElement.lang = english ? 'en' : 'zh-CN';
    for (i = 0; i < parts.length; i += 1) {
      part = parts[i];
      if (!part.hasAttribute('data-zh')) { part.setAttribute('data-zh', part.textContent); }
      part.textContent = part.getAttribute(english ? 'data-en' : 'data-zh');
    }
    by('language').textContent = english ? '中文' : 'English';
    by('language').lang = english ? 'zh-CN' : 'en';
    doc.title = doc.querySelector('.name').textContent;
    show();
  }

  root.addEventListener('error', function (event) {
    progress(null);
    by('status').textContent = say('broke', { text: event.message });
  });
  listen(by('files'));
  by('folder').webkitdirectory = true; // no attribute that HTML knows
  listen(by('folder'));
  by('ask').addEventListener('submit', ask);
  by('language').addEventListener('click', function () { english = 1 - english; translate(); });
  doc.addEventListener('dragover', function (event) { event.preventDefault(); hover(true); });
  doc.addEventListener('dragleave', function () { hover(false); });
  doc.addEventListener('drop', function (event) {
    event.preventDefault();
    hover(false);
    dropped(event.dataTransfer.items, event.dataTransfer.files);
  });
}(this));
