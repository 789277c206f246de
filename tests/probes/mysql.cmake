answerback_test(test_mysql mysql_test.cpp USES probes probes_worker)
