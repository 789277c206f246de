# What is installed, and the Debian package: `deploy/package.sh`. Tests are not built for it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
# The programs lie beside each other, since one starts another; only `answerback` is for people.
set(programs lib/answerback)
install(TARGETS answerback answerback-client answerback-worker RUNTIME DESTINATION ${programs})
install(CODE "file(MAKE_DIRECTORY \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin)
file(CREATE_LINK ../${programs}/answerback \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/answerback SYMBOLIC)")

find_program(PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
set(manual ${PROJECT_BINARY_DIR}/answerback.1.gz)
add_custom_command(OUTPUT ${manual} DEPENDS answerback deploy/man.py VERBATIM
  COMMAND sh -c "${PYTHON} -B ${PROJECT_SOURCE_DIR}/deploy/man.py $<TARGET_FILE:answerback> | gzip -9n > ${manual}")
configure_file(deploy/debian/changelog.in changelog @ONLY)
set(changes ${PROJECT_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${changes} DEPENDS ${PROJECT_BINARY_DIR}/changelog VERBATIM
  COMMAND sh -c "gzip -9n < ${PROJECT_BINARY_DIR}/changelog > ${changes}")
add_custom_target(manual DEPENDS ${manual} ${changes})
add_dependencies(manual answerback-client answerback-worker)
install(FILES ${manual} DESTINATION share/man/man1 OPTIONAL)
install(FILES ${changes} DESTINATION share/doc/answerback OPTIONAL)

install(FILES README.md CHANGELOG.md DESTINATION share/doc/answerback)
install(DIRECTORY docs DESTINATION share/doc/answerback)
install(FILES config.yaml deploy/prometheus/answerback.rules.yml deploy/grafana/answerback.json DESTINATION share/doc/answerback/examples)
install(FILES deploy/debian/config.yaml DESTINATION /etc/answerback)
install(FILES deploy/systemd/answerback.service DESTINATION /lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "the answerback developers <answerback@localhost>")
set(CPACK_PACKAGE_DESCRIPTION "Signs in as a user would, asks an agent something that cannot be known in
advance, watches every stage of the answer and checks it; beside that watches
the database, the WebSocket, the model and whatever else the platform leans on.
Says in one line what is broken, since when, because of what, and what it costs
users: as health+json, Prometheus metrics, a page, alerts and reports.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Packed relocations need this C library, which no symbol tells.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, libc6 (>= 2.36)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${PROJECT_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
include(CPack)
