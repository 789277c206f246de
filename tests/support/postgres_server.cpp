#include "support/postgres_server.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace answerback::test {
namespace {

const std::string binaries = "/usr/lib/postgresql/15/bin/";

// The server refuses to run as root. It ends with us, whatever becomes of us.
std::vector<std::string> as_server_user() {
  if (geteuid() != 0) return {"setpriv", "--pdeathsig", "QUIT"};
  return {"setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--pdeathsig", "QUIT"};
}

pid_t launch(std::vector<std::string> command) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0;
  close(socket);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

constexpr const char* population = R"(
CREATE ROLE canary LOGIN PASSWORD 'right';
CREATE ROLE shut NOLOGIN PASSWORD 'right';
CREATE ROLE expired LOGIN PASSWORD 'right' VALID UNTIL '2001-01-01';
CREATE DATABASE chat OWNER canary;
\c chat
CREATE TABLE threads (id int);
CREATE SCHEMA archive;
CREATE TABLE archive.runs (id int);
GRANT SELECT ON threads TO canary;
GRANT USAGE ON SCHEMA archive TO canary;
)";

}  // namespace

std::optional<std::string> PostgresServer::unavailable() {
  for (const char* program : {"initdb", "postgres", "psql", "pg_isready", "pg_basebackup"})
    if (access((binaries + program).c_str(), X_OK) != 0)
      return "PostgreSQL 15 is not installed: no " + binaries + program;
  return {};
}

void PostgresServer::make_folder() {
  folder_ = std::filesystem::temp_directory_path() / "answerback-postgres-XXXXXX";
  if (!mkdtemp(folder_.data())) throw std::runtime_error("mkdtemp failed");
  if (geteuid() == 0 && std::system(("chown postgres:postgres " + folder_).c_str()) != 0)
    throw std::runtime_error("chown failed: is there a user postgres?");
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  port_ = free_port();
}

PostgresServer::PostgresServer() {
  make_folder();
  run(binaries +
      "initdb -D data -U postgres -E UTF8 --locale=C --no-sync --auth-local=trust --auth-host=scram-sha-256");
  run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
      "subjectAltName=DNS:localhost "
      "-keyout server.key -out server.crt && chmod 600 server.key");
  start();
  run(binaries + "psql -v ON_ERROR_STOP=1 -h " + folder_ + " -p " + std::to_string(port_) +
      " -U postgres <<'END'\n" + population + "\nEND");
}

PostgresServer::PostgresServer(const PostgresServer& primary) {
  make_folder();
  run("cp " + primary.folder_ + "/server.* .");
  run(binaries + "pg_basebackup -D data -R -c fast -N -U postgres -h " + primary.folder_ + " -p " +
      std::to_string(primary.port_));
  start();
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::start() {
  auto command = as_server_user();
  for (const std::string& word : {binaries + "postgres",
                                  std::string("-D"),
                                  folder_ + "/data",
                                  std::string("-k"),
                                  folder_,
                                  std::string("-p"),
                                  std::to_string(port_),
                                  std::string("-c"),
                                  std::string("listen_addresses=127.0.0.1"),
                                  std::string("-c"),
                                  std::string("max_connections=10"),
                                  std::string("-c"),
                                  std::string("fsync=off"),
                                  std::string("-c"),
                                  std::string("ssl=on"),
                                  std::string("-c"),
                                  "ssl_cert_file=" + folder_ + "/server.crt",
                                  std::string("-c"),
                                  "ssl_key_file=" + folder_ + "/server.key",
                                  std::string("-c"),
                                  std::string("logging_collector=on"),
                                  std::string("-c"),
                                  std::string("autovacuum=off")})
    command.push_back(word);
  postmaster_ = launch(std::move(command));
  run("for i in $(seq 300); do " + binaries + "pg_isready -q -h " + folder_ + " -p " + std::to_string(port_) +
      " && exit 0; sleep 0.05; done; exit 1");
}

void PostgresServer::stop() {
  if (postmaster_ <= 0) return;
  thaw();
  signal(SIGINT);  // fast shutdown
  waitpid(postmaster_, nullptr, 0);
  postmaster_ = -1;
}

void PostgresServer::freeze() { signal(SIGSTOP); }
void PostgresServer::thaw() { signal(SIGCONT); }
void PostgresServer::signal(int number) const { ::kill(postmaster_, number); }

std::string PostgresServer::dsn(const std::string& more, const std::string& user, const std::string& password,
                                const std::string& database) const {
  return "postgresql://" + user + ":" + password + "@127.0.0.1:" + std::to_string(port_) + "/" + database +
         "?" + more;
}

std::string PostgresServer::socket_dsn() const {
  return "host=" + folder_ + " port=" + std::to_string(port_) + " user=postgres dbname=chat";
}

void PostgresServer::run(const std::string& command) const {
  std::string line = "cd " + folder_ + " && ";
  for (const std::string& word : as_server_user()) line += word + " ";
  line += "sh -c \"$COMMAND\" 2>&1";
  setenv("COMMAND", command.c_str(), 1);
  FILE* pipe = popen(line.c_str(), "r");
  if (!pipe) throw std::runtime_error("popen failed");
  std::string output;
  std::array<char, 4096> chunk;
  for (std::size_t count; (count = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    output.append(chunk.data(), count);
  if (pclose(pipe) != 0) throw std::runtime_error(command + "\nfailed:\n" + output);
}

}  // namespace answerback::test
