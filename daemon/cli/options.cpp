#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace answerback::cli {

std::variant<Options, int> parse(int argc, char** argv) {
  Options o;
  CLI::App app{
      "Tells whether an AI-agent platform really answers: probes it, and says in one line what is broken,\n"
      "since when, because of what, and what it costs users.",
      "answerback"};
  app.set_version_flag("--version", "answerback, version " ANSWERBACK_VERSION);
  app.set_help_flag("-h,--help", "print this and exit");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_option("--config.file", o.config_file, "the configuration")->capture_default_str();
  app.add_option("--web.listen-address", o.listen, "host:port to serve on; beats the configuration");
  app.add_option("--web.external-url", o.external_url,
                 "how others reach us, for links; its path stands before every route")
      ->type_name("URL");
  app.add_option("--web.route-prefix", o.route_prefix,
                 "what stands before every route, where it is not that path");
  app.add_option("--web.config.file", o.web_config_file,
                 "TLS, users, headers and rate limit of the port, as exporter-toolkit has them");
  app.add_flag("--config.watch", o.watch, "read the configuration anew when one of its files changes");
  app.add_option(
         "--shard", o.shard,
         "run only this share of the probes: 0/3, POD-0/3 or hostname/3; the same configuration for all")
      ->type_name("I/N");
  app.add_option("--log.level", o.log_level, "least severe line that is logged")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_option("--log.format", o.log_format, "how lines are written")
      ->capture_default_str()
      ->check(CLI::IsMember({"logfmt", "json"}));

  const auto command = [&](Command c, const char* name, const char* what) {
    auto* sub = app.add_subcommand(name, what);
    sub->callback([&o, c] { o.command = c; });
    return sub;
  };
  command(Command::run, "run", "the daemon (also without a command)");

  auto* check = command(Command::check, "check", "validate the configuration: every error at once");
  check->add_flag("--print", o.print, "print the effective configuration, secrets as <secret>");

  auto* probe = command(Command::probe, "probe", "run probes now, once, and print the timeline");
  probe->add_option("names", o.names, "probes to run (default: all)");
  probe->add_option("--count", o.count, "runs of each")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  probe->add_flag("--json", o.json, "one JSON object a run");
  probe->add_flag("--nagios", o.nagios, "one line with perfdata, Nagios exit codes");
  probe->add_option("--junit", o.junit, "also write a JUnit report to this file");
  probe->add_flag("--strict", o.strict, "exit 1 on a warning, too");

  auto* types = command(Command::types, "types", "every probe type, its keys, defaults and reasons");
  types->add_option("names", o.names, "types to describe (default: all)");
  types->add_flag("--markdown", o.markdown, "as the reference page");

  auto* wait = command(Command::wait, "wait",
                       "the deploy gate: until a running daemon says ready; exits 0, 1 at the timeout, 2 "
                       "where there is no such name");
  wait->add_option("--for", o.names, "wait for this group or probe; may be repeated (default: readiness)")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  wait->add_option("--timeout", o.timeout, "give up after this long, and print the report")
      ->type_name("DURATION")
      ->capture_default_str();
  wait->add_option("--stable", o.stable, "it must have stayed ready for this long")
      ->type_name("DURATION")
      ->capture_default_str();
  wait->add_option("--junit", o.junit, "also write a JUnit report to this file")->type_name("FILE");

  auto* status = command(Command::status, "status", "the table of a running daemon");
  status->add_flag("--json", o.json, "/health as it is");

  auto* report = command(Command::report, "report", "the incident report of a running daemon, in Markdown");
  report->add_option("--since", o.since, "how far back (24h), or from when (2026-11-22T03:12:09Z)")
      ->capture_default_str();
  report->add_flag("--json", o.json, "as JSON");

  auto* healthcheck = command(Command::healthcheck, "healthcheck", "for Docker's HEALTHCHECK: 0 or 1");

  auto* debug = command(Command::debug, "debug", "a support bundle of a running daemon, for a bug report");
  debug
      ->add_option("--output", o.output,
                   "where to write it; - for stdout (default: answerback-debug-TIME.txt)")
      ->type_name("FILE");
  for (auto* sub : {wait, status, report, healthcheck, debug}) {
    sub->add_option("--url", o.url, "the daemon to ask: http[s]://[USER:PASSWORD@]HOST:PORT")
        ->envname("ANSWERBACK_URL")
        ->capture_default_str();
    sub->add_option("--tls.ca-file", o.ca_file, "who signs the daemon's certificate (default: the system's)");
    sub->add_option("--tls.cert-file", o.cert_file, "our own, where the daemon wants one");
    sub->add_option("--tls.key-file", o.key_file, "its key");
    sub->add_flag("--tls.insecure-skip-verify", o.insecure, "take any certificate");
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    std::cerr << "answerback: " << error.what() << " (answerback --help lists commands and flags)\n";
    return 2;
  }
  return o;
}

}  // namespace answerback::cli
