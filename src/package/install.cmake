include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/coauth)

set(installed_targets coauth)
set(installed_components coauth)
set(sqlite_dependency "")
if(COAUTH_BUILD_SQLITE)
  list(APPEND installed_targets coauth_sqlite)
  list(APPEND installed_components sqlite)
  set(sqlite_dependency "find_dependency(SQLite3)")
endif()
if(COAUTH_BUILD_SANDBOX)
  list(APPEND installed_targets coauth_sandbox)
  list(APPEND installed_components sandbox)
endif()
list(JOIN installed_components ", " installed_components)
install(TARGETS ${installed_targets} EXPORT coauth-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT coauth-targets NAMESPACE coauth:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/coauth DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/docs/profile.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/coauth)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/coauth-config.cmake.in coauth-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(coauth-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/coauth-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/coauth-config-version.cmake
        DESTINATION ${package_dir})

set(coauth_pc_definitions "${coauth_definitions}")
list(TRANSFORM coauth_pc_definitions PREPEND " -D")
configure_file(${CMAKE_CURRENT_LIST_DIR}/coauth.pc.in coauth.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/coauth.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(COAUTH_BUILD_SQLITE)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/coauth-sqlite.pc.in coauth-sqlite.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/coauth-sqlite.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

if(COAUTH_BUILD_PROGRAM)
  install(TARGETS coauth_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES ${PROJECT_SOURCE_DIR}/src/cli/coauth.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${PROJECT_SOURCE_DIR}/src/cli/coauth.bash RENAME coauth
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
