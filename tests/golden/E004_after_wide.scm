# what stands after wide characters is underlined where it is
Y := "日本語" + @
