# Where Debian expects things. With the default prefix of the presets: /usr, /etc, /var.
set(unit_dir ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)

foreach(unit touchstone.service touchstone-check.service)
    configure_file(${CMAKE_SOURCE_DIR}/systemd/${unit}.in ${CMAKE_BINARY_DIR}/systemd/${unit} @ONLY)
    install(FILES ${CMAKE_BINARY_DIR}/systemd/${unit} DESTINATION ${unit_dir})
endforeach()
install(FILES systemd/touchstone-check.timer DESTINATION ${unit_dir})
install(FILES systemd/touchstone.catalog DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/catalog)
install(FILES systemd/touchstone.tmpfiles DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d RENAME touchstone.conf)
install(FILES systemd/touchstone.logrotate DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/logrotate.d RENAME touchstone)
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/touchstone/conf.d)
# apt's hook does nothing where there is no apt.
configure_file(${CMAKE_SOURCE_DIR}/packaging/apt/90touchstone.in ${CMAKE_BINARY_DIR}/packaging/90touchstone @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/packaging/90touchstone DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/apt/apt.conf.d)

# The administrator's configuration is never overwritten.
install(CODE "
    set(target \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/touchstone/touchstone.toml\")
    if(EXISTS \"\${target}\")
        message(STATUS \"Kept: \${target}\")
        file(COPY_FILE \"${CMAKE_SOURCE_DIR}/etc/touchstone.toml\" \"\${target}.dist\")
    else()
        file(INSTALL \"${CMAKE_SOURCE_DIR}/etc/touchstone.toml\" DESTINATION \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/touchstone\")  # minds DESTDIR by itself
    endif()")

install(TARGETS touchstone RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES man/touchstone.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES man/touchstone.toml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES man/touchstone-events.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES docs/event.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/touchstone)
install(FILES README.md ARCHITECTURE.md SECURITY.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
