#include "sinks/history_rows.h"

#include <algorithm>

#include "model/phase.h"

namespace answerback::sinks {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr std::array<const char*, 1> migrations{R"sql(
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE incident (
  id INTEGER PRIMARY KEY, probe TEXT NOT NULL, reason TEXT NOT NULL, phase TEXT NOT NULL,
  since INTEGER NOT NULL, ended INTEGER, cause TEXT NOT NULL, output TEXT NOT NULL, detail TEXT NOT NULL,
  value_blocked REAL NOT NULL);
-- part: timeline (at: when), frame (at: microseconds into its run), why, block, impact
CREATE TABLE incident_line (
  incident INTEGER NOT NULL, part TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
  label TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (incident, part, n)) WITHOUT ROWID;
CREATE TABLE moment (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL);
CREATE TABLE probe (
  name TEXT PRIMARY KEY, health TEXT NOT NULL, failures INTEGER NOT NULL, successes INTEGER NOT NULL,
  since INTEGER NOT NULL, last_pass INTEGER) WITHOUT ROWID;
CREATE TABLE day_part (
  probe TEXT NOT NULL, since INTEGER NOT NULL, pass INTEGER NOT NULL, warn INTEGER NOT NULL,
  fail INTEGER NOT NULL, unknown INTEGER NOT NULL, longest REAL NOT NULL, mean REAL NOT NULL,
  PRIMARY KEY (probe, since)) WITHOUT ROWID;
CREATE TABLE value (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql"};

std::int64_t stored(Wall at) { return duration_cast<microseconds>(at.time_since_epoch()).count(); }
std::optional<std::int64_t> stored(const std::optional<Wall>& at) {
  return at ? std::optional(stored(*at)) : std::nullopt;
}
Wall wall(std::int64_t stored) { return Wall(microseconds(stored)); }

template <class Enum, std::size_t count>
Enum named(std::string_view text, const Enum (&all)[count], Enum otherwise) {
  const auto found = std::ranges::find(all, text, [](Enum each) { return name(each); });
  return found == std::end(all) ? otherwise : *found;
}
Health health_named(std::string_view text) {
  return named(text, {Health::up, Health::degraded, Health::down}, Health::unknown);
}
Phase phase_named(std::string_view text) {
  const auto found = std::ranges::find(phases(), text, [](Phase each) { return name(each); });
  return found == phases().end() ? Phase::prepare : *found;
}

struct Line {
  std::int64_t at = 0;
  std::string_view label, text;
};

void write_story(const IncidentStory& story, Statement& row, Statement& clear, Statement& line) {
  const Incident& it = story.incident;
  const auto id = static_cast<std::int64_t>(it.id);
  row.run(id, it.probe, name(it.reason), name(it.phase), stored(it.since), stored(it.ended), it.cause,
          it.output, it.detail, it.value_blocked);
  clear.run(id);
  const auto lines = [&](std::string_view part, const auto& all, auto as_line) {
    std::int64_t n = 0;
    for (const auto& each : all) {
      const Line out = as_line(each);
      line.run(id, part, n++, out.at, out.label, out.text);
    }
  };
  const auto plain = [](const std::string& text) { return Line{0, {}, text}; };
  lines("why", it.whys, plain);
  lines("block", it.blocks, plain);
  lines("impact", it.impacts, plain);
  lines("timeline", story.timeline, [](const Moment& each) { return Line{stored(each.at), {}, each.what}; });
  lines("frame", it.frames, [](const Incident::KeptFrame& each) {
    return Line{duration_cast<microseconds>(each.offset).count(), each.label, each.text};
  });
}

void read_lines(Database& db, IncidentStory& story) {
  Incident& it = story.incident;
  Statement rows(db, "SELECT part, at, label, text FROM incident_line WHERE incident = ? ORDER BY part, n");
  rows.with(static_cast<std::int64_t>(it.id));
  while (rows.next()) {
    const std::string part = rows.text(0);
    if (part == "why") it.whys.push_back(rows.text(3));
    if (part == "block") it.blocks.push_back(rows.text(3));
    if (part == "impact") it.impacts.push_back(rows.text(3));
    if (part == "timeline") story.timeline.push_back({wall(rows.integer(1)), rows.text(3)});
    if (part == "frame") it.frames.push_back({microseconds(rows.integer(1)), rows.text(2), rows.text(3)});
  }
}

void read_incidents(Database& db, KeptHistory& out) {
  Statement rows(db,
                 "SELECT id, probe, reason, phase, since, ended, cause, output, detail, value_blocked "
                 "FROM incident ORDER BY id DESC");
  while (rows.next()) {
    auto story = std::make_shared<IncidentStory>();
    Incident& it = story->incident;
    it.id = static_cast<std::uint64_t>(rows.integer(0));
    it.probe = rows.text(1);
    it.reason = reason_named(rows.text(2)).value_or(Reason::internal);
    it.phase = phase_named(rows.text(3));
    it.since = wall(rows.integer(4));
    if (!rows.null(5)) it.ended = wall(rows.integer(5));
    it.cause = rows.text(6);
    it.output = rows.text(7);
    it.detail = rows.text(8);
    it.value_blocked = rows.real(9);
    read_lines(db, *story);
    story->durable = true;
    if (!it.ended) out.restored.open.push_back(it);
    out.restored.last_incident = std::max(out.restored.last_incident, it.id);
    out.chronicle.incidents.push_back(std::move(story));
  }
}

void read_marks(Database& db, KeptHistory& out) {
  Statement rows(db, "SELECT name, value FROM mark");
  while (rows.next()) {
    const std::string mark = rows.text(0);
    if (mark == "since") out.chronicle.since = wall(rows.integer(1));
    if (mark == "seen") out.restored.seen = wall(rows.integer(1));
    if (mark == "last_incident") {
      out.restored.last_incident =
          std::max(out.restored.last_incident, static_cast<std::uint64_t>(rows.integer(1)));
    }
  }
}

void read_probes(Database& db, KeptHistory& out) {
  Statement rows(db, "SELECT name, health, failures, successes, since, last_pass FROM probe");
  while (rows.next()) {
    RestoredProbe& it = out.restored.probes[rows.text(0)];
    it.health = health_named(rows.text(1));
    it.failures = static_cast<int>(std::clamp<std::int64_t>(rows.integer(2), 0, 1'000'000));
    it.successes = static_cast<int>(std::clamp<std::int64_t>(rows.integer(3), 0, 1'000'000));
    it.since = wall(rows.integer(4));
    if (!rows.null(5)) it.last_pass = wall(rows.integer(5));
  }
}

void read_days(Database& db, KeptHistory& out) {
  Statement rows(db, "SELECT probe, since, pass, warn, fail, unknown, longest, mean FROM day_part");
  const auto count = [&](int column) { return static_cast<std::uint32_t>(rows.integer(column)); };
  while (rows.next()) {
    out.chronicle.days[rows.text(0)].push_back({.from = wall(rows.integer(1)),
                                                .pass = count(2),
                                                .warn = count(3),
                                                .fail = count(4),
                                                .unknown = count(5),
                                                .longest_seconds = static_cast<float>(rows.real(6)),
                                                .mean_seconds = static_cast<float>(rows.real(7))});
  }
}

}  // namespace

std::span<const char* const> history_migrations() { return migrations; }

KeptHistory read_history(Database& db) {
  KeptHistory out;
  read_incidents(db, out);
  read_marks(db, out);
  read_probes(db, out);
  read_days(db, out);
  Statement moments(db, "SELECT at, what FROM moment ORDER BY n");
  while (moments.next()) out.chronicle.moments.push_back({wall(moments.integer(0)), moments.text(1)});
  Statement values(db, "SELECT key, value FROM value");
  while (values.next()) out.values[values.text(0)] = values.text(1);
  return out;
}

void write_chronicle(Database& db, const Chronicler& chronicler, Wall now) {
  const Chronicler::Unwritten& unwritten = chronicler.unwritten();
  Statement clear(db, "DELETE FROM incident_line WHERE incident = ?");
  if (!unwritten.incidents.empty()) {
    Statement row(db, "INSERT OR REPLACE INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Statement line(db, "INSERT INTO incident_line VALUES (?, ?, ?, ?, ?, ?)");
    for (const std::uint64_t id : unwritten.incidents) write_story(*chronicler.story(id), row, clear, line);
    Statement mark(db, "INSERT OR REPLACE INTO mark VALUES (?, ?)");
    mark.run(std::string_view("last_incident"), static_cast<std::int64_t>(chronicler.last_id()));
    mark.run(std::string_view("since"), stored(chronicler.since()));
  }
  if (!unwritten.dropped.empty()) {
    Statement drop(db, "DELETE FROM incident WHERE id = ?");
    for (const std::uint64_t id : unwritten.dropped) {
      drop.run(static_cast<std::int64_t>(id));
      clear.run(static_cast<std::int64_t>(id));
    }
  }
  if (unwritten.moments) {
    db.run("DELETE FROM moment");
    Statement row(db, "INSERT INTO moment (at, what) VALUES (?, ?)");
    for (const Moment& each : chronicler.moments()) row.run(stored(each.at), each.what);
    Statement(db, "INSERT OR REPLACE INTO mark VALUES ('since', ?)").run(stored(chronicler.since()));
  }
  if (!unwritten.parts.empty()) {
    Statement row(db, "INSERT OR REPLACE INTO day_part VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    const auto count = [](std::uint32_t n) { return std::int64_t{n}; };
    for (const DayPartKey& key : unwritten.parts) {
      const DayPart* const it = chronicler.part(key);
      if (it == nullptr) continue;
      row.run(key.first, stored(it->from), count(it->pass), count(it->warn), count(it->fail),
              count(it->unknown), double{it->longest_seconds}, double{it->mean_seconds});
    }
    const Duration day = day_part * parts_of_a_day;
    Statement(db, "DELETE FROM day_part WHERE since < ? OR since > ?")
        .run(stored(part_of(now) - day), stored(part_of(now) + day));
  }
}

void write_probes(Database& db, const std::map<std::string, RestoredProbe>& changed) {
  Statement row(db, "INSERT OR REPLACE INTO probe VALUES (?, ?, ?, ?, ?, ?)");
  for (const auto& [name_, it] : changed) {
    row.run(name_, name(it.health), std::int64_t{it.failures}, std::int64_t{it.successes}, stored(it.since),
            stored(it.last_pass));
  }
}

void forget_probes(Database& db, const std::map<std::string, RestoredProbe>& kept) {
  std::vector<std::string> gone;
  Statement rows(db, "SELECT name FROM probe");
  while (rows.next()) {
    if (std::string one = rows.text(0); !kept.contains(one)) gone.push_back(std::move(one));
  }
  Statement drop(db, "DELETE FROM probe WHERE name = ?");
  for (const std::string& each : gone) drop.run(each);
}

void write_values(Database& db, const std::map<std::string, std::string, std::less<>>& values) {
  Statement row(db, "INSERT OR REPLACE INTO value VALUES (?, ?)");
  for (const auto& [key, value] : values) row.run(key, value);
}

void write_seen(Database& db, Wall at) {
  Statement(db, "INSERT OR REPLACE INTO mark VALUES ('seen', ?)").run(stored(at));
}

}  // namespace answerback::sinks
