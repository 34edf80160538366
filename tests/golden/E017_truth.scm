Smoker: {true, false}
