answerback_test(test_postgres
  fake_postgres.cpp postgres_harness.cpp ../support/postgres_server.cpp
  postgres_dsn_test.cpp postgres_peers_test.cpp postgres_reasons_test.cpp postgres_server_test.cpp
  postgres_workers_test.cpp
  USES probes probes_worker net probe config)
target_compile_definitions(test_postgres PRIVATE ANSWERBACK_WORKER="$<TARGET_FILE:answerback-worker>")
add_dependencies(test_postgres answerback-worker)
