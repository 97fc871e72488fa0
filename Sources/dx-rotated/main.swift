DXRotated.main()
